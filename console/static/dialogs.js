// Dialogs: a button with `data-opens` opens one, `data-closes` and Escape close it, and focus returns to the button.
const openers = new WeakMap();

export function open(dialog, opener) {
  openers.set(dialog, opener ?? document.activeElement);
  dialog.querySelector(".dialog-problem")?.replaceChildren();
  dialog.showModal();
}

document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  if (opener) {
    event.preventDefault(); // without scripts, a link opens the same form as a page
    open(document.getElementById(opener.dataset.opens), opener);
  }
  event.target.closest("[data-closes]")?.closest("dialog")?.close();
});

document.addEventListener(
  "close",
  (event) => {
    const opener = openers.get(event.target);
    // A live update may have replaced the button.
    const current = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id);
    (current || document.getElementById("main"))?.focus();
  },
  true,
);

document.addEventListener("homeroom:done", (event) => {
  const dialog = event.target.closest?.("dialog");
  if (!dialog) return;
  dialog.querySelector("form")?.reset();
  dialog.close();
});
