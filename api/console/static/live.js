// Keeps a page as the server would render it: on every `changed` event the fragment is fetched and morphed in,
// so that scrolling, focus and playing audio stay as they are. At most one fetch at a time.
import { Idiomorph } from "/static/room/vendor/idiomorph.esm.js";

const root = document.querySelector("[data-live]");
if (root) {
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
      const answer = await fetch(root.dataset.fragment, { headers: { accept: "text/html" } });
      if (answer.ok) {
        const following = nearBottom();
        Idiomorph.morph(root, await answer.text(), { morphStyle: "innerHTML", ignoreActiveValue: true });
        if (following) follow();
      }
    } finally {
      busy = false;
      if (again) {
        again = false;
        void refresh();
      }
    }
  };

  const transcript = () => document.querySelector("[data-follow]");
  const nearBottom = () => {
    const box = transcript();
    return box !== null && box.scrollHeight - box.scrollTop - box.clientHeight < 60;
  };
  const follow = () => {
    const box = transcript();
    if (box) box.scrollTop = box.scrollHeight;
  };

  const stream = new EventSource(root.dataset.live);
  stream.addEventListener("changed", () => void refresh());
  stream.onopen = () => status?.setAttribute("data-state", "live");
  stream.onerror = () => status?.setAttribute("data-state", "lost");
  follow();
}

// One player for the page: a play button names the stretch it plays.
const player = new Audio();
let playing = null;
const stop = () => {
  playing?.removeAttribute("data-playing");
  playing = null;
};
player.addEventListener("ended", stop);
player.addEventListener("error", stop);
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-play]");
  if (!button) return;
  if (button === playing) {
    player.pause();
    stop();
    return;
  }
  stop();
  playing = button;
  button.setAttribute("data-playing", "");
  player.src = button.dataset.play;
  void player.play();
});
