// The live board. Updates reuse the elements of rows, so that scroll position, focus and open details stay.
import { Filters } from "./board_filters.js";
import { Item } from "./board_row.js";
import { follow } from "./board_stream.js";
import { clock, viewerZone } from "./board_format.js";

const BATCH = 200; // rows built before the page may draw
const root = document.querySelector("#board");
const table = root.querySelector("[role=table]");
const part = (name) => root.querySelector(`[data-${name}]`);
const [loading, nothing, noMatch] = [part("loading"), part("nothing"), part("no-match")];
const lost = document.querySelector("#board-lost");
const status = document.querySelector("[data-live-status]");
const matchCount = document.querySelector("[data-found]");
const counts = document.querySelectorAll("[data-count]");

const items = new Map();
let ordered = [];
let ahead = 0; // milliseconds by which the server's clock is ahead of this one
let building = Promise.resolve();
const now = () => Date.now() + ahead;

const filters = new Filters(document.querySelector("#filters"), () => {
  for (const item of ordered) applyFilter(item, false);
  updateCounts(true);
});
part("clear").addEventListener("click", () => {
  filters.clear();
  filters.form.elements.q.focus();
});

function isBefore(first, second) {
  const at = first.sortKey.findIndex((value, index) => value !== second.sortKey[index]);
  return at >= 0 && first.sortKey[at] < second.sortKey[at];
}

// The index at which an item belongs, by binary search.
function position(item) {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(ordered[middle], item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function insert(item) {
  const at = position(item);
  const next = ordered[at]?.node ?? null;
  ordered.splice(at, 0, item);
  if (item.node.isConnected && table.moveBefore) table.moveBefore(item.node, next);
  else {
    const focused = item.node.contains(document.activeElement) ? document.activeElement : null;
    table.insertBefore(item.node, next);
    focused?.focus({ preventScroll: true });
  }
}

function apply(row) {
  let item = items.get(row.id);
  const before = item?.sortKey.join();
  if (!item) {
    item = new Item(row.id);
    item.onCollapse = (collapsed) => applyFilter(collapsed, true);
    items.set(row.id, item);
  }
  item.show(row, now());
  if (item.sortKey.join() !== before) {
    if (before !== undefined) ordered.splice(ordered.indexOf(item), 1);
    insert(item);
  }
  applyFilter(item, true);
}

// A row that no longer matches stays while it is open or has the focus.
function applyFilter(item, keepInUse) {
  const matches = filters.matches(item);
  const held = keepInUse && !matches && !item.node.hidden && (item.expanded || item.node.contains(document.activeElement));
  if (item.node.hidden === (matches || held)) item.node.hidden = !(matches || held);
  if (item.leaving.hidden === held) item.leaving.hidden = !held;
}

function remove(id) {
  const item = items.get(id);
  if (!item) return;
  items.delete(id);
  ordered.splice(ordered.indexOf(item), 1);
  item.node.remove();
}

function updateCounts(announce = false) {
  const all = { all: 0, running: 0, coming: 0, done: 0, attention: 0, exceptions: 0 };
  let shown = 0;
  for (const { row, node } of ordered) {
    all.all += 1;
    all[row.group] += 1;
    if (row.attention.length) all.attention += 1;
    if (row.cases.length) all.exceptions += 1;
    if (!node.hidden) shown += 1;
  }
  for (const count of counts) {
    const text = String(all[count.dataset.count]);
    if (count.textContent !== text) count.textContent = text;
  }
  if (nothing.hidden !== ordered.length > 0) nothing.hidden = ordered.length > 0;
  if (noMatch.hidden !== (ordered.length === 0 || shown > 0)) noMatch.hidden = !noMatch.hidden;
  if (root.hasAttribute("data-filled") !== shown > 0) root.toggleAttribute("data-filled", shown > 0);
  if (announce) matchCount.textContent = shown === 1 ? "1 class" : `${shown} classes`;
}

async function board({ now: at, rows }) {
  ahead = Date.parse(at) - Date.now();
  const current = new Set(rows.map((row) => row.id));
  for (const id of [...items.keys()]) if (!current.has(id)) remove(id);
  for (let start = 0; start < rows.length; start += BATCH) {
    for (const row of rows.slice(start, start + BATCH)) apply(row);
    loading.hidden = true;
    root.toggleAttribute("data-filled", true);
    if (start + BATCH < rows.length) await new Promise(requestAnimationFrame);
  }
  loading.hidden = true;
  root.setAttribute("aria-busy", "false");
  updateCounts();
}

function changed({ now: at, rows, gone }) {
  ahead = Date.parse(at) - Date.now();
  gone.forEach(remove);
  rows.forEach(apply);
  updateCounts();
}

// One after the other, so that changes come after the board that they change.
const inOrder = (work) => (data) => {
  building = building.then(() => work(data));
};

follow(root.dataset.stream, {
  onBoard: inOrder(board),
  onRows: inOrder(changed),
  onLive: () => {
    if (!lost.hidden) lost.hidden = true;
    if (status && status.dataset.state !== "live") status.dataset.state = "live";
  },
  onLost: () => {
    lost.querySelector("[data-text]").textContent =
      `Connection lost at ${clock(Date.now())}. Reconnecting… This board may be out of date.`;
    lost.hidden = false;
    status?.setAttribute("data-state", "lost");
  },
});

document.querySelector("[data-zone]").textContent = `Times are in your time zone, ${viewerZone}`;
setInterval(() => {
  for (const item of ordered) if (item.row.lag_grows && !item.node.hidden) item.showLag(now());
}, 1000);

table.addEventListener("focusout", (event) => {
  const item = items.get(event.target.closest(".board-item")?.id.slice("session-".length));
  if (item) queueMicrotask(() => applyFilter(item, true));
});

// The up and down keys move the focus to the same control of the next row.
table.addEventListener("keydown", (event) => {
  const step = { ArrowDown: "nextElementSibling", ArrowUp: "previousElementSibling" }[event.key];
  const from = event.target.closest(".board-item");
  if (!step || !from) return;
  let to = from[step];
  while (to?.hidden) to = to[step];
  const control = to?.querySelector(event.target.matches("a") ? "a" : ".board-more");
  if (!control) return;
  event.preventDefault();
  control.focus();
});
