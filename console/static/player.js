// One player for the page. A play button plays its utterance and goes on to the next ones; a word plays from its own
// time; a citation plays the utterances it names and stops. The word that sounds is marked in the transcript.
//
// Keys in the transcript: up and down go from one utterance to the next, left and right from word to word, Enter plays.

const sound = new Audio();
const bar = document.querySelector("[data-player]");
let now = null; // {id, from, rest: ids to play after it, or null: all that follow}
let marked = null;
let button = null;

const source = () => document.querySelector("[data-transcript]");
const lineOf = (id) => document.getElementById(`said-${id}`);

export function play(id, { from = 0, rest = null, by = null } = {}) {
  const list = source();
  if (!list) return;
  unmark();
  now = { id, from, rest };
  button = by ?? lineOf(id)?.querySelector(".play");
  button?.setAttribute("data-playing", "");
  sound.src = `${list.dataset.transcript}${id}.wav${from ? `?from=${from}` : ""}`;
  show(id);
  start();
}

function start() {
  sound.play().catch(() => {}); // a refusal is told by the error event, a newer play by nothing
}

export function playCited(ids, by) {
  const [first, ...rest] = ids;
  if (first) play(first, { rest, by });
}

export function toggle() {
  if (!now) return;
  if (sound.paused) start();
  else sound.pause();
}

export function stop() {
  sound.pause();
  unmark();
  now = null;
  if (bar) bar.hidden = true;
}

export const playing = () => now?.id ?? null;

function show(id) {
  if (!bar) return;
  const line = lineOf(id);
  bar.querySelector("[data-player-who]").textContent = line?.dataset.speaker ?? "";
  bar.querySelector("[data-player-text]").textContent = line?.querySelector(".words").textContent.trim() ?? "";
  bar.hidden = false;
}

function unmark() {
  marked?.removeAttribute("data-spoken");
  button?.removeAttribute("data-playing");
  document.querySelector("li[data-playing]")?.removeAttribute("data-playing");
  marked = button = null;
}

function mark() {
  if (!now || sound.paused) return;
  const line = lineOf(now.id);
  line?.setAttribute("data-playing", "");
  const at = now.from + sound.currentTime * 1000;
  let found = null;
  for (const word of line?.querySelectorAll("[data-at]") ?? []) {
    if (Number(word.dataset.at) > at + 40) break;
    found = word;
  }
  if (found !== marked) {
    marked?.removeAttribute("data-spoken");
    found?.setAttribute("data-spoken", "");
    marked = found;
  }
  requestAnimationFrame(mark);
}

function goOn() {
  const { id, rest } = now;
  const next = rest ? rest[0] : lineOf(id)?.nextElementSibling?.dataset.utterance;
  if (next) play(next, { rest: rest && rest.slice(1) });
  else stop();
}

sound.addEventListener("playing", () => {
  bar?.querySelector("[data-player-toggle]").setAttribute("aria-label", "Pause");
  bar?.setAttribute("data-state", "playing");
  mark();
});
sound.addEventListener("pause", () => {
  bar?.querySelector("[data-player-toggle]").setAttribute("aria-label", "Play");
  bar?.setAttribute("data-state", "paused");
});
sound.addEventListener("ended", goOn);
sound.addEventListener("error", () => {
  unmark();
  if (bar) bar.querySelector("[data-player-text]").textContent = "There is no recording of this part.";
});
bar?.querySelector("[data-player-toggle]").addEventListener("click", toggle);
bar?.querySelector("[data-player-stop]").addEventListener("click", stop);

function playFrom(element) {
  const line = element.closest("[data-utterance]");
  if (line) play(line.dataset.utterance, { from: Number(element.dataset.at ?? 0) });
}

document.addEventListener("click", (event) => {
  const pressed = event.target.closest("[data-play]");
  if (pressed) {
    if (pressed.hasAttribute("data-playing")) return stop();
    if (pressed.dataset.play) return playCited(pressed.dataset.play.split(" "), pressed);
    return playFrom(pressed);
  }
  const word = event.target.closest("[data-transcript] [data-at]");
  if (word && getSelection().isCollapsed) playFrom(word);
});

// Arrow keys: one utterance of the transcript is a stop for Tab, the rest is reached from it.
const here = () => {
  const line = document.activeElement?.closest("[data-transcript] [data-utterance]");
  return line ? { line, word: document.activeElement.closest("[data-at]") } : null;
};

export function goToLine(line) {
  if (!line) return;
  const target = line.querySelector(".play");
  line.parentElement.querySelectorAll('.play[tabindex="0"]').forEach((one) => one.setAttribute("tabindex", "-1"));
  target.setAttribute("tabindex", "0");
  target.focus();
  line.scrollIntoView({ block: "nearest" });
}

function goToWord({ line, word }, step) {
  const words = [...line.querySelectorAll("[data-at]")];
  const index = word ? words.indexOf(word) + step : step > 0 ? 0 : -1;
  if (words[index]) words[index].focus();
  else goToLine(line);
}

document.addEventListener("keydown", (event) => {
  if (event.altKey || event.ctrlKey || event.metaKey) return;
  const at = here();
  if (!at || event.target.matches("input")) return;
  const moves = {
    ArrowDown: () => goToLine(at.line.nextElementSibling),
    ArrowUp: () => goToLine(at.line.previousElementSibling),
    ArrowRight: () => goToWord(at, 1),
    ArrowLeft: () => goToWord(at, -1),
    Home: () => goToLine(at.line.parentElement.firstElementChild),
    End: () => goToLine(at.line.parentElement.lastElementChild),
  };
  if (at.word) moves.Enter = moves[" "] = () => playFrom(at.word);
  const move = moves[event.key];
  if (!move) return;
  event.preventDefault();
  move();
});
