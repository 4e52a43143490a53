// Dialogs: a button with `data-opens` opens one, `data-closes` and Escape close it, and focus returns to the button.
const openers = new WeakMap();

export function open(dialog, opener) {
  openers.set(dialog, opener ?? document.activeElement);
  dialog.querySelector(".dialog-problem")?.replaceChildren();
  dialog.showModal();
}

// The content of a dialog that the server writes, or what to show where it can't be reached; null: the page is left.
export async function contentFrom(address, unreachable) {
  try {
    const answer = await fetch(address, { headers: { accept: "text/html", "hx-request": "true" } });
    const elsewhere = answer.headers.get("HX-Redirect"); // nobody is signed in any more
    if (!elsewhere) return await answer.text();
    location.assign(elsewhere);
    return null;
  } catch {
    return document.getElementById(unreachable).innerHTML;
  }
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
