// One line that says what happened, read out by screen readers. It may wait for the page that comes next.
const KEY = "homeroom:said";

export function say(text, undo) {
  const shelf = document.querySelector("[data-toasts]");
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.append(text);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.textContent = "Undo";
    button.addEventListener("click", () => {
      toast.remove();
      undo();
    });
    toast.append(button);
  }
  shelf.replaceChildren(toast);
  setTimeout(() => toast.remove(), undo ? 12000 : 6000);
}

export function sayOnNextPage(text) {
  sessionStorage.setItem(KEY, text);
}

const waiting = sessionStorage.getItem(KEY);
if (waiting) {
  sessionStorage.removeItem(KEY);
  say(waiting);
}
document.addEventListener("homeroom:done", (event) => say(event.detail.said));
// Where the page is brought up to date before the answer comes, the form that asked is gone, and its event with it.
document.addEventListener("htmx:beforeRequest", ({ detail: { elt, xhr } }) => {
  xhr.addEventListener("load", () => {
    if (elt.isConnected) return;
    const told = JSON.parse(xhr.getResponseHeader("HX-Trigger") ?? "{}");
    for (const [name, detail] of Object.entries(told)) document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  });
});
