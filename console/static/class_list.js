// The list of classes: the selection by mouse and keyboard, and the keys.
import { open } from "./dialogs.js";

const list = document.getElementById("list");
const bulk = document.getElementById("bulk");
let last = null; // the checkbox that was changed last; a range goes from it

const boxes = () => [...list.querySelectorAll(".case-check")];
const chosen = () => boxes().filter((box) => box.checked);

// Selection
function showSelection() {
  if (!bulk) return;
  const every = bulk.querySelector("[data-select-all]");
  const [all, some] = [boxes().length, chosen().length];
  every.checked = some > 0 && some === all;
  every.indeterminate = some > 0 && some < all;
  bulk.querySelector("[data-selected]").textContent = some ? `${some} selected` : "Select all on this page";
  bulk.querySelector("[data-bulk-actions]").hidden = some === 0;
  bulk.hidden = all === 0;
}

function select(box, on, range) {
  const all = boxes();
  const [here, from] = [all.indexOf(box), all.indexOf(last)];
  const span = range && from >= 0 ? all.slice(Math.min(here, from), Math.max(here, from) + 1) : [box];
  for (const one of span) one.checked = on;
  last = box;
  showSelection();
}

list.addEventListener("click", (event) => {
  if (event.target.matches(".case-check")) select(event.target, event.target.checked, event.shiftKey);
});
bulk?.querySelector("[data-select-all]").addEventListener("change", ({ target }) => {
  for (const box of boxes()) box.checked = target.checked;
  showSelection();
});
list.addEventListener("htmx:afterSettle", showSelection);
window.addEventListener("pageshow", showSelection); // a browser that goes back keeps what was checked
showSelection();

// Keys
const KEYS = "homeroom:keys"; // switched off here or on another page
const setting = document.querySelector("[data-keys]");
setting.checked = localStorage.getItem(KEYS) !== "off";
setting.addEventListener("change", () => localStorage.setItem(KEYS, setting.checked ? "on" : "off"));

const row = () => document.activeElement.closest(".class-row");
const actions = {
  j: () => step(1),
  k: () => step(-1),
  x: () => toggle(false),
  X: () => toggle(true),
  m: () => act("bulk-shift"),
  s: () => act("bulk-substitute"),
  "/": () => document.getElementById("field-q").focus(),
  "?": () => open(document.getElementById("dialog-keys")),
};

function step(by) {
  const all = [...list.querySelectorAll(".row-link")];
  const index = all.indexOf(row()?.querySelector(".row-link"));
  all[Math.min(Math.max(index + by, 0), all.length - 1)]?.focus();
}

function toggle(range) {
  const box = row()?.querySelector(".case-check");
  if (box) select(box, range || !box.checked, range);
}

// Goes to a field of the acts; selects the current row where nothing is selected.
function act(field) {
  const box = row()?.querySelector(".case-check");
  if (chosen().length === 0 && box) select(box, true, false);
  if (chosen().length > 0) document.getElementById(field)?.focus();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea") || localStorage.getItem(KEYS) === "off") return;
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
