// Live updates: on every `changed` event the fragment is fetched and morphed in, so that scroll position, focus, typed
// text, open details and the highlight of playing audio stay. At most one fetch at a time. Dialogs and the player stand
// outside of the live element, because they must not change at all.
import { Idiomorph } from "/static/room/vendor/idiomorph.esm.js";
import { localize } from "./times.js";

// Attributes that scripts set, and that the server does not render.
const CLIENT_ATTRIBUTES = new Set(["data-playing", "data-spoken", "open"]);
const isRovingTabindex = (name, element) => name === "tabindex" && element.closest("[data-roving]");
// What is typed into an element with `data-kept` stays: it is left as it is while the page has one of its id.
const isKept = (element) => element instanceof Element && element.hasAttribute("data-kept");
const callbacks = {
  beforeAttributeUpdated: (name, element) => !CLIENT_ATTRIBUTES.has(name) && !isRovingTabindex(name, element),
  beforeNodeMorphed: (element, fresh) => !(isKept(element) && isKept(fresh) && element.id === fresh.id),
};

for (const root of document.querySelectorAll("[data-live]")) keep(root);

function keep(root) {
  const status = document.querySelector("[data-live-status]");
  let busy = false;
  let queued = false;

  const refresh = async () => {
    if (busy) {
      queued = true;
      return;
    }
    busy = true;
    try {
      // A list has no fragment URL; it fetches the current URL, which has its filters and page.
      const response = await fetch(root.dataset.fragment ?? location.href, { headers: { accept: "text/html", "hx-request": "true" } });
      if (response.ok) show(await response.text());
    } catch {
      status?.setAttribute("data-state", "lost"); // the stream's onopen sets it back
    } finally {
      busy = false;
      if (queued) {
        queued = false;
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

  // Keeps the focused element where it is in the window, also near the top, where browsers do not anchor scrolling.
  const keepInPlace = (change) => {
    const focused = document.activeElement;
    const before = root.contains(focused) ? focused.getBoundingClientRect() : null;
    if (before === null || before.bottom < 0 || before.top > innerHeight) {
      change();
      return;
    }
    const page = document.documentElement;
    page.style.overflowAnchor = "none"; // or the browser would correct the same shift once more
    change();
    if (focused.isConnected) scrollBy({ top: focused.getBoundingClientRect().top - before.top, behavior: "instant" });
    requestAnimationFrame(() => requestAnimationFrame(() => page.style.removeProperty("overflow-anchor")));
  };

  const followed = () => root.querySelector("[data-follow]");
  const nearBottom = () => {
    const box = followed();
    return box !== null && box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  };
  const follow = () => {
    const box = followed();
    if (box) box.scrollTop = box.scrollHeight;
  };

  const stream = new EventSource(root.dataset.live);
  stream.addEventListener("changed", () => void refresh());
  stream.onopen = () => status?.setAttribute("data-state", "live");
  stream.onerror = () => status?.setAttribute("data-state", "lost");
  follow();
}
