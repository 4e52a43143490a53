// Moves a class by dragging it, or by keys: m, arrows, Enter; Escape puts it back. Each place is asked of the server.
import { contentFrom, open } from "./dialogs.js";

const STEP = 15; // minutes
const STARTS_AT = 5; // pixels of a pointer's way that begin a move
const WAIT = 150; // milliseconds at one place until it is asked about
const WIDE = matchMedia("(min-width: 701px)"); // narrower, the calendar is a list
const status = document.querySelector("[data-move-status]");
const dialog = document.getElementById("dialog-move");
let move = null;

export function watchMoves(root, reload) {
  if (!dialog) return;
  let pressed = null;
  let dragged = false;

  root.addEventListener("pointerdown", (event) => {
    const block = event.target.closest("[data-movable]");
    if (!block || event.button !== 0 || event.pointerType === "touch" || !WIDE.matches) return;
    end();
    dragged = false;
    pressed = { block, x: event.clientX, y: event.clientY, id: event.pointerId };
  });
  root.addEventListener("pointermove", (event) => {
    if (!pressed || event.pointerId !== pressed.id) return;
    if (!dragged) {
      if (Math.hypot(event.clientX - pressed.x, event.clientY - pressed.y) < STARTS_AT) return;
      dragged = true;
      pressed.block.setPointerCapture(event.pointerId);
      begin(pressed.block);
    }
    if (move) drag(event.clientX - pressed.x, event.clientY - pressed.y, event.clientX);
  });
  root.addEventListener("pointerup", () => {
    if (pressed && dragged && move) void drop();
    pressed = null;
  });
  root.addEventListener("pointercancel", () => {
    pressed = null;
    end();
  });
  root.addEventListener("click", (event) => {
    if (!dragged) return;
    dragged = false; // the link of the class that was dragged
    event.preventDefault();
  });

  root.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const block = event.target.closest("[data-movable]");
    if (!move && block && event.key === "m" && WIDE.matches) {
      event.preventDefault();
      begin(block);
      show();
    } else if (move && !pressed) steer(event);
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !move || dialog.open) return;
    pressed = null;
    end();
    say("Put back.");
  });
  root.addEventListener("focusout", () => {
    if (move && !pressed && !move.dropping) end();
  });

  dialog.addEventListener("homeroom:done", () => {
    const { id } = move?.block ?? {};
    end();
    say("");
    void reload(id);
  });
  dialog.addEventListener("close", end);
  status.addEventListener("click", ({ target }) => {
    if (target.closest("[data-anyway]")) void ask(document.getElementById(target.dataset.anyway), target.dataset.to);
  });
}

function begin(block) {
  const grid = block.closest("[data-calendar]");
  const target = document.createElement("div");
  target.className = "cal-target";
  block.setAttribute("data-moving", "");
  const start = Number(block.dataset.start);
  move = { block, grid, target, day: block.dataset.day, start, length: Number(block.dataset.length), verdict: null };
  say("");
}

function end() {
  if (!move) return;
  clearTimeout(move.timer);
  move.request?.abort();
  move.target.remove();
  move.block.removeAttribute("data-moving");
  move = null;
}

const tracks = () => [...move.grid.querySelectorAll("[data-track]")];
const homeTrack = () => move.block.closest("[data-track]");
const minutesOf = (name) => Number(move.grid.dataset[name]) * 60;

function drag(x, y, at) {
  const along = move.grid.dataset.axis;
  const home = homeTrack();
  const size = along === "y" ? home.clientHeight : home.clientWidth;
  const minutes = ((along === "y" ? y : x) / size) * (minutesOf("last") - minutesOf("first"));
  const under = along === "y" && tracks().find((track) => within(track.getBoundingClientRect(), at));
  to(under ? under.dataset.track : move.day, Number(move.block.dataset.start) + Math.round(minutes / STEP) * STEP);
}

const within = (box, x) => box.left <= x && x < box.right;

function steer(event) {
  const along = move.grid.dataset.axis === "y";
  const days = tracks().map((track) => track.dataset.track);
  const day = (step) => days[Math.min(Math.max(days.indexOf(move.day) + step, 0), days.length - 1)];
  const acts = {
    ArrowUp: () => along && to(move.day, move.start - STEP),
    ArrowDown: () => along && to(move.day, move.start + STEP),
    ArrowLeft: () => (along ? to(day(-1), move.start) : to(move.day, move.start - STEP)),
    ArrowRight: () => (along ? to(day(1), move.start) : to(move.day, move.start + STEP)),
    PageUp: () => to(move.day, move.start - 60),
    PageDown: () => to(move.day, move.start + 60),
    Enter: () => void drop(),
  };
  if (!(event.key in acts)) return;
  event.preventDefault();
  acts[event.key]();
}

function to(day, start) {
  const last = minutesOf("last") - STEP;
  const inside = Math.min(Math.max(start, minutesOf("first")), last);
  if (day === move.day && inside === move.start) return;
  move.day = day;
  move.start = inside;
  show();
}

// The target at its place, and after a moment whether the class may be there.
function show() {
  const first = minutesOf("first");
  move.verdict = null;
  move.target.style.setProperty("--from", (move.start - first) / 60);
  move.target.style.setProperty("--long", move.length / 60);
  const track = move.grid.dataset.axis === "y" ? tracks().find((one) => one.dataset.track === move.day) : homeTrack();
  track.append(move.target);
  move.place = `${track.dataset.name}, ${clock(move.start)}–${clock(move.start + move.length)}`;
  say(move.place);
  write(unmoved() ? "" : "checking", "");
  clearTimeout(move.timer);
  move.request?.abort();
  if (!unmoved()) move.timer = setTimeout(() => void check(), WAIT);
}

const unmoved = () => move.day === move.block.dataset.day && move.start === Number(move.block.dataset.start);
const clock = (minute) => `${pad(Math.floor(minute / 60) % 24)}:${pad(minute % 60)}`;
const pad = (number) => String(number).padStart(2, "0");
const wallTime = () => `${move.day}T${clock(move.start)}`;

function write(verdict, text) {
  move.target.dataset.verdict = verdict;
  const time = document.createElement("strong");
  time.textContent = move.place;
  move.target.replaceChildren(time, " ", text);
}

const address = (block, what, at) => {
  const { zone } = block.closest("[data-calendar]").dataset;
  return `/calendar/classes/${block.dataset.class}/${what}?${new URLSearchParams({ to: at, zone })}`;
};

async function check() {
  const asked = move;
  const at = wallTime();
  asked.request = new AbortController();
  try {
    const answer = await fetch(address(asked.block, "check", at), { headers: { accept: "application/json" }, signal: asked.request.signal });
    const body = await answer.json();
    asked.verdict = answer.ok ? body : { allowed: false, reason: body.detail ?? body.title, can_override: false };
  } catch (error) {
    if (error.name === "AbortError") return;
    asked.verdict = { allowed: false, reason: "Can't reach the server. Nothing was changed.", can_override: false };
  }
  if (move !== asked || wallTime() !== at) return;
  const { allowed, reason } = asked.verdict;
  write(allowed ? "allowed" : "refused", allowed ? "" : reason);
  say(`${move.place}: ${allowed ? "possible. Nobody is told until you confirm." : reason}`, allowed ? "allowed" : "refused");
}

// Asks to confirm a move that is possible; any other class goes back, and why is said.
async function drop() {
  if (unmoved()) {
    end();
    return say("");
  }
  const dropped = move;
  dropped.dropping = true;
  clearTimeout(dropped.timer);
  if (!dropped.verdict) await check();
  if (move !== dropped || !dropped.verdict) return;
  const at = wallTime();
  if (dropped.verdict.allowed) return ask(dropped.block, at);
  const { reason, can_override: anyway } = dropped.verdict;
  const { block, place } = dropped;
  end();
  block.focus();
  say(`Not moved to ${place}. ${reason}`, "refused");
  if (!anyway) return;
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button small";
  button.textContent = "Move anyway…";
  Object.assign(button.dataset, { anyway: block.id, to: at });
  status.append(button);
}

async function ask(block, at) {
  if (!move) begin(block);
  const asked = move;
  asked.dropping = true;
  const html = await contentFrom(address(block, "move", at), "cal-unreachable");
  if (html === null || move !== asked) return;
  const body = dialog.querySelector("[data-move-body]");
  open(dialog, block); // it empties what an earlier form said
  body.innerHTML = html;
  htmx.process(body);
  (body.querySelector("[name=override_reason]") ?? body.querySelector(".confirm") ?? body.querySelector("[data-closes]"))?.focus();
}

function say(text, verdict = "") {
  status.textContent = text;
  status.dataset.verdict = verdict;
}
