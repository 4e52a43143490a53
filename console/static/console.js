// Loaded by every page: times in the viewer's zone, dialogs, toasts and live updates.
import "./dialogs.js";
import "./live.js";
import "./posted_pages.js";
import { gettext } from "./texts.js";
import { localize } from "./times.js";
import "./toasts.js";

localize(document);
// On a narrow screen the menus scroll; bring the current item into view.
for (const current of document.querySelectorAll("nav [aria-current]")) current.scrollIntoView({ inline: "center", block: "nearest" });
// On a narrow screen, CSS hides the filters of a folded bar. A bar with a filter that is set stays unfolded.
for (const more of document.querySelectorAll(".filter-more")) {
  const bar = more.closest("form");
  const isSet = [...new URL(location.href).searchParams.keys()].some((name) => bar.elements.namedItem(name));
  const fold = (folded) => {
    bar.toggleAttribute("data-folded", folded);
    more.setAttribute("aria-expanded", String(!folded));
  };
  more.hidden = false;
  more.addEventListener("click", () => fold(!bar.hasAttribute("data-folded")));
  fold(!isSet);
}
// A form that is shown again begins at its first wrong field.
if (!document.querySelector("[autofocus]")) document.querySelector("main [aria-invalid=true]")?.focus();
// A flash message is not shown again on reload.
const url = new URL(location.href);
if (url.searchParams.has("flash")) {
  url.searchParams.delete("flash");
  history.replaceState(history.state, "", url);
}
document.addEventListener("htmx:load", (event) => localize(event.detail.elt));
// Without a response, the error is shown where the dialog would show a refusal.
document.addEventListener("htmx:sendError", (event) => {
  const box = event.detail.elt.querySelector(".dialog-problem");
  if (!box) return;
  const message = document.createElement("p");
  message.className = "error-state";
  message.setAttribute("role", "alert");
  message.textContent = gettext("Can't reach the server. Nothing was changed. Try again in a moment.");
  box.replaceChildren(message);
});
// A form that is being sent is not sent again by a second click: htmx would send it once more afterwards.
document.addEventListener("htmx:confirm", (event) => {
  if (event.detail.elt.matches("form[hx-post].htmx-request")) event.preventDefault();
});
// A part that follows something stays as it is while the server can't answer; it asks again.
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.xhr.status >= 400 && detail.requestConfig.elt.matches('[hx-trigger^="every"]')) detail.shouldSwap = false;
});
// Signing out deletes unsaved drafts from this device.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith("homeroom:review:")) localStorage.removeItem(key);
});
// A form that begins with the browser's time zone.
const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone;
for (const select of document.querySelectorAll("[data-browser-zone] select[name=time_zone]"))
  if ([...select.options].some((option) => option.value === browserZone)) select.value = browserZone;
