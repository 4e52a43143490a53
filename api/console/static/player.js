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
