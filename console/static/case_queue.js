// The exception queue: the selection, its keys, the count in the tab's title, and how long each exception is open.
import { open } from "./dialogs.js";

const list = document.getElementById("list");
const bulk = document.getElementById("bulk");
const selected = new Set(); // values of checkboxes; live updates render them unchecked

const boxes = () => [...list.querySelectorAll(".case-check")];
const links = () => [...list.querySelectorAll(".row-link")];

// Selection
function keepSelection() {
  const shown = new Set(boxes().map((box) => box.value));
  for (const value of selected) if (!shown.has(value)) selected.delete(value);
  for (const box of boxes()) box.checked = selected.has(box.value);
  showSelection();
}

function showSelection() {
  if (!bulk) return;
  const every = bulk.querySelector("[data-select-all]");
  every.checked = selected.size > 0 && selected.size === boxes().length;
  every.indeterminate = selected.size > 0 && !every.checked;
  bulk.querySelector("[data-selected]").textContent = selected.size ? `${selected.size} selected` : "Select all on this page";
  bulk.querySelector("[data-bulk-actions]").hidden = selected.size === 0;
  bulk.hidden = boxes().length === 0;
}

function select(box, on) {
  box.checked = on;
  selected[on ? "add" : "delete"](box.value);
}

list.addEventListener("change", ({ target }) => {
  if (!target.matches(".case-check")) return;
  select(target, target.checked);
  showSelection();
});
bulk?.querySelector("[data-select-all]").addEventListener("change", ({ target }) => {
  for (const box of boxes()) select(box, target.checked);
  showSelection();
});
document.addEventListener("homeroom:done", ({ target }) => {
  if (target !== bulk) return;
  selected.clear();
  bulk.reset();
  bulk.querySelector(".dialog-problem").replaceChildren();
  keepSelection();
});

// What the list says of itself
function settle() {
  document.title = list.querySelector("[data-page-title]")?.dataset.pageTitle ?? document.title;
  keepSelection();
  showAges();
}

function showAges() {
  for (const time of list.querySelectorAll("[data-age]")) {
    const until = time.dataset.until ? new Date(time.dataset.until) : new Date();
    time.textContent = age((until - new Date(time.dateTime)) / 60_000);
    time.title = new Date(time.dateTime).toLocaleString();
  }
}

function age(minutes) {
  if (minutes < 1) return "under 1 min";
  if (minutes < 60) return `${Math.floor(minutes)} min`;
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h`;
  return `${Math.floor(minutes / (24 * 60))} days`;
}

list.addEventListener("homeroom:live", settle);
list.addEventListener("htmx:afterSettle", settle);
setInterval(showAges, 20_000);
settle();

// Keys
const KEYS = "homeroom:keys"; // switched off here or on the review page
const setting = document.querySelector("[data-keys]");
setting.checked = localStorage.getItem(KEYS) !== "off";
setting.addEventListener("change", () => localStorage.setItem(KEYS, setting.checked ? "on" : "off"));

const row = () => document.activeElement.closest(".case-row");
const actions = {
  j: () => step(1),
  k: () => step(-1),
  x: () => {
    const box = row()?.querySelector(".case-check");
    if (!box) return;
    select(box, !box.checked);
    showSelection();
  },
  a: () => {
    if (takeRow()) bulk.querySelector("[value=acknowledge]").click();
  },
  e: () => {
    if (takeRow()) document.getElementById("bulk-reason").focus();
  },
  "?": () => open(document.getElementById("dialog-keys")),
};

function step(by) {
  const all = links();
  const index = all.indexOf(row()?.querySelector(".row-link"));
  all[Math.min(Math.max(index + by, 0), all.length - 1)]?.focus();
}

// Selects the current row where nothing is selected; returns whether anything is then.
function takeRow() {
  const box = row()?.querySelector(".case-check");
  if (selected.size === 0 && box) select(box, true);
  showSelection();
  return selected.size > 0 && bulk !== null;
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox]), select, textarea") || localStorage.getItem(KEYS) === "off") return;
  const action = actions[event.key];
  if (!action) return;
  event.preventDefault();
  action();
});
