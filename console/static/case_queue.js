// The exception queue: the selection, its keys, the count in the tab's title, and how long each exception is open.
import { open } from "./dialogs.js";
import { focusedRow, focusRow, showSelected } from "./row_selection.js";
import { listen } from "./single_keys.js";

const list = document.getElementById("list");
const bulk = document.getElementById("bulk");
const selected = new Set(); // values of checkboxes; live updates render them unchecked

const boxes = () => [...list.querySelectorAll(".case-check")];

// Selection
function keepSelection() {
  const shown = new Set(boxes().map((box) => box.value));
  for (const value of selected) if (!shown.has(value)) selected.delete(value);
  for (const box of boxes()) box.checked = selected.has(box.value);
  showSelection();
}

// Once the whole page is selected and there are others, all pages can be.
function showSelection() {
  showSelected(bulk, boxes());
  const everything = bulk?.querySelector("[data-everything]");
  if (!everything) return;
  const isWhole = bulk.querySelector("[data-select-all]").checked;
  everything.hidden = !isWhole || !list.querySelector("[rel=next]");
  if (everything.hidden) everything.querySelector("input").checked = false;
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
  if (!bulk?.contains(target)) return;
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
listen({
  "/": () => document.getElementById("field-q").focus(),
  j: () => focusRow(list, 1),
  k: () => focusRow(list, -1),
  x: () => {
    const box = focusedRow()?.querySelector(".case-check");
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
});

// Selects the current row where nothing is selected; returns whether anything is then.
function takeRow() {
  const box = focusedRow()?.querySelector(".case-check");
  if (selected.size === 0 && box) select(box, true);
  showSelection();
  return selected.size > 0 && bulk !== null;
}
