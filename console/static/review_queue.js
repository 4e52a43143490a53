// Keys of the review queue: j and k move between drafts; Enter opens a draft, as it does any link.
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  const step = { j: 1, k: -1 }[event.key];
  if (!step || localStorage.getItem("homeroom:keys") === "off") return;
  const links = [...document.querySelectorAll(".row-link")];
  const index = links.indexOf(document.activeElement);
  links[Math.min(Math.max(index + step, 0), links.length - 1)]?.focus();
});
