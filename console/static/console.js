// What every page has: times in the viewer's zone, dialogs, one line about what happened, live updates.
import "./dialogs.js";
import "./live.js";
import { localize } from "./times.js";
import "./toasts.js";

localize(document);
// On a narrow screen menus are wider than the page: where one is, is in sight.
for (const here of document.querySelectorAll("nav [aria-current]")) here.scrollIntoView({ inline: "center", block: "nearest" });
// What has been said once is not said again on reload.
const address = new URL(location.href);
if (address.searchParams.has("said")) {
  address.searchParams.delete("said");
  history.replaceState(history.state, "", address);
}
document.addEventListener("htmx:load", (event) => localize(event.detail.elt));
// A request that gets no answer at all is told where the form would tell a refusal.
document.addEventListener("htmx:sendError", (event) => {
  const place = event.detail.elt.querySelector(".dialog-problem");
  if (!place) return;
  const told = document.createElement("p");
  told.className = "error-state";
  told.setAttribute("role", "alert");
  told.textContent = "Can't reach the server. Nothing was done; try again in a moment.";
  place.replaceChildren(told);
});
// What somebody typed on this machine does not outlive their stay.
document.addEventListener("submit", (event) => {
  if (!event.target.matches("[data-sign-out]")) return;
  for (const key of Object.keys(localStorage)) if (key.startsWith("homeroom:review:")) localStorage.removeItem(key);
});
