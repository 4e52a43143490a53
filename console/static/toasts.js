// Toasts: one line about what happened, also announced by screen readers, on this page or on the next.
import { gettext } from "./texts.js";

const KEY = "homeroom:toast";

export function toast(text, undo) {
  const container = document.querySelector("[data-toasts]");
  const element = document.createElement("div");
  element.className = "toast";
  element.append(text);
  if (undo) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "button quiet";
    button.textContent = gettext("Undo");
    button.addEventListener("click", () => {
      element.remove();
      undo();
    });
    element.append(button);
  }
  container.replaceChildren(element);
  setTimeout(() => element.remove(), undo ? 12000 : 6000);
}

export function toastOnNextPage(text) {
  sessionStorage.setItem(KEY, text);
}

const waiting = sessionStorage.getItem(KEY);
if (waiting) {
  sessionStorage.removeItem(KEY);
  toast(waiting);
}
document.addEventListener("homeroom:done", (event) => toast(event.detail.message));
// A live update may remove the form before its response arrives; htmx then has no element to fire the events on.
document.addEventListener("htmx:beforeRequest", ({ detail: { elt, xhr } }) => {
  xhr.addEventListener("load", () => {
    if (elt.isConnected) return;
    const events = JSON.parse(xhr.getResponseHeader("HX-Trigger") ?? "{}");
    for (const [name, detail] of Object.entries(events)) document.body.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  });
});
