// The list of classes: the selection by mouse and keyboard, and the keys.
import { open } from "./dialogs.js";
import { focusedRow, focusRow, showSelected } from "./row_selection.js";
import { showView } from "./saved_views.js";
import { listen } from "./single_keys.js";

const list = document.getElementById("list");
const bulk = document.getElementById("bulk");
let last = null; // the checkbox that was changed last; a range goes from it

const boxes = () => [...list.querySelectorAll(".case-check")];
const chosen = () => boxes().filter((box) => box.checked);

// Selection
const showSelection = () => showSelected(bulk, boxes());

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
document.body.addEventListener("htmx:pushedIntoHistory", showView);

// Keys
listen({
  j: () => focusRow(list, 1),
  k: () => focusRow(list, -1),
  x: () => toggle(false),
  X: () => toggle(true),
  m: () => act("bulk-shift"),
  s: () => act("bulk-substitute"),
  v: () => act("bulk-audience"),
  "/": () => document.getElementById("field-q").focus(),
  "?": () => open(document.getElementById("dialog-keys")),
});

function toggle(range) {
  const box = focusedRow()?.querySelector(".case-check");
  if (box) select(box, range || !box.checked, range);
}

// Goes to a field of the acts; selects the current row where nothing is selected.
function act(field) {
  const box = focusedRow()?.querySelector(".case-check");
  if (chosen().length === 0 && box) select(box, true, false);
  if (chosen().length > 0) document.getElementById(field)?.focus();
}
