// Keeps a page as the server would render it: on every `changed` event the fragment is fetched and morphed in, so that
// scrolling, focus, what is typed, open details and the highlight of playing audio stay as they are. At most one fetch
// at a time. What must not change at all stands outside of the live element: dialogs and the player.
import { Idiomorph } from "/static/room/vendor/idiomorph.esm.js";
import { localize } from "./times.js";

// Attributes that the page sets by itself; the server knows nothing of them.
const OWN = new Set(["data-playing", "data-spoken", "open"]);
const ownFocus = (name, element) => name === "tabindex" && element.closest("[data-roving]");
const callbacks = { beforeAttributeUpdated: (name, element) => !OWN.has(name) && !ownFocus(name, element) };

for (const root of document.querySelectorAll("[data-live]")) keep(root);

function keep(root) {
  const status = document.querySelector("[data-live-status]");
  let busy = false;
  let again = false;

  const refresh = async () => {
    if (busy) {
      again = true;
      return;
    }
    busy = true;
    try {
      // A list has no fragment of its own: it is what this address shows, with the filters and the page it has now.
      const answer = await fetch(root.dataset.fragment ?? location.href, { headers: { accept: "text/html", "hx-request": "true" } });
      if (answer.ok) show(await answer.text());
    } catch {
      status?.setAttribute("data-state", "lost"); // the stream says when it is back
    } finally {
      busy = false;
      if (again) {
        again = false;
        void refresh();
      }
    }
  };

  const show = (html) => {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    localize(fresh.content);
    const following = nearBottom();
    keepInPlace(() => {
      Idiomorph.morph(root, [...fresh.content.childNodes], { morphStyle: "innerHTML", ignoreActiveValue: true, callbacks });
    });
    window.htmx?.process(root);
    if (following) follow();
    root.dispatchEvent(new CustomEvent("homeroom:live", { bubbles: true }));
  };

  // What has the focus and is in view stays where it is, also at the top of a page, where browsers let it be pushed down.
  const keepInPlace = (change) => {
    const held = document.activeElement;
    const before = root.contains(held) ? held.getBoundingClientRect() : null;
    if (before === null || before.bottom < 0 || before.top > innerHeight) {
      change();
      return;
    }
    const page = document.documentElement;
    page.style.overflowAnchor = "none"; // or the browser would correct the same shift once more
    change();
    if (held.isConnected) scrollBy({ top: held.getBoundingClientRect().top - before.top, behavior: "instant" });
    requestAnimationFrame(() => requestAnimationFrame(() => page.style.removeProperty("overflow-anchor")));
  };

  const box = () => root.querySelector("[data-follow]");
  const nearBottom = () => {
    const found = box();
    return found !== null && found.scrollHeight - found.scrollTop - found.clientHeight < 60;
  };
  const follow = () => {
    const found = box();
    if (found) found.scrollTop = found.scrollHeight;
  };

  const stream = new EventSource(root.dataset.live);
  stream.addEventListener("changed", () => void refresh());
  stream.onopen = () => status?.setAttribute("data-state", "live");
  stream.onerror = () => status?.setAttribute("data-state", "lost");
  follow();
}
