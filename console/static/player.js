// The audio player of a page. A play button plays its utterance and the following ones; a word plays from its own time;
// a citation plays the utterances that it cites and stops. The word being played is highlighted in the transcript.
//
// Keys in the transcript: up and down move between utterances, left and right between words, Enter plays.

import { gettext } from "./texts.js";

const audio = new Audio();
const bar = document.querySelector("[data-player]");
let current = null; // {id, from, until: ms at which it stops, or null, rest: ids to play after it; null: all following ones}
let marked = null;
let button = null;

const source = () => document.querySelector("[data-transcript]");
const lineOf = (id) => document.getElementById(`utterance-${id}`);

export function play(id, { from = 0, until = null, rest = null, by = null } = {}) {
  const list = source();
  if (!list) return;
  unmark();
  current = { id, from, until, rest };
  button = by ?? lineOf(id)?.querySelector(".play");
  button?.setAttribute("data-playing", "");
  audio.src = `${list.dataset.transcript}${id}.wav${from ? `?from=${from}` : ""}`;
  show(id);
  start();
}

function start() {
  audio.play().catch(() => {}); // a failure fires the error event; an interruption by a newer play needs no message
}

export function playCited(ids, by) {
  const [first, ...rest] = ids;
  if (first) play(first, { rest, by });
}

export function toggle() {
  if (!current) return;
  if (audio.paused) start();
  else audio.pause();
}

export function stop() {
  audio.pause();
  unmark();
  current = null;
  if (bar) bar.hidden = true;
}

export const playing = () => current?.id ?? null;

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
  if (!current || audio.paused) return;
  const line = lineOf(current.id);
  line?.setAttribute("data-playing", "");
  const at = current.from + audio.currentTime * 1000;
  if (current.until && at >= current.until) return stop();
  let spoken = null;
  for (const word of line?.querySelectorAll("[data-at]") ?? []) {
    if (Number(word.dataset.at) > at + 40) break;
    spoken = word;
  }
  if (spoken !== marked) {
    marked?.removeAttribute("data-spoken");
    spoken?.setAttribute("data-spoken", "");
    marked = spoken;
  }
  requestAnimationFrame(mark);
}

function playNext() {
  const { id, rest } = current;
  const next = rest ? rest[0] : lineOf(id)?.nextElementSibling?.dataset.utterance;
  if (next) play(next, { rest: rest && rest.slice(1) });
  else stop();
}

audio.addEventListener("playing", () => {
  bar?.querySelector("[data-player-toggle]").setAttribute("aria-label", gettext("Pause"));
  bar?.setAttribute("data-state", "playing");
  mark();
});
audio.addEventListener("pause", () => {
  bar?.querySelector("[data-player-toggle]").setAttribute("aria-label", gettext("Play"));
  bar?.setAttribute("data-state", "paused");
});
audio.addEventListener("ended", playNext);
audio.addEventListener("error", () => {
  unmark();
  if (bar) bar.querySelector("[data-player-text]").textContent = gettext("This part wasn't recorded.");
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

// Tab reaches one utterance of the transcript; the arrow keys move on from it (roving tabindex).
const focused = () => {
  const line = document.activeElement?.closest("[data-transcript] [data-utterance]");
  return line ? { line, word: document.activeElement.closest("[data-at]") } : null;
};

export function goToLine(line) {
  if (!line) return;
  const target = line.querySelector(".play");
  line.parentElement.querySelectorAll('.play[tabindex="0"]').forEach((button) => button.setAttribute("tabindex", "-1"));
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
  const at = focused();
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
