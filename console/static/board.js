// The live board. Rows stay the elements they are: scroll position, focus and opened details are the viewer's.
import { Filters } from "./board_filters.js";
import { Item } from "./board_row.js";
import { follow } from "./board_stream.js";
import { clock, viewerZone } from "./board_words.js";

const AT_ONCE = 200; // rows built before the page may draw
const root = document.querySelector("#board");
const table = root.querySelector("[role=table]");
const part = (name) => root.querySelector(`[data-${name}]`);
const [loading, nothing, noMatch] = [part("loading"), part("nothing"), part("no-match")];
const lost = document.querySelector("#board-lost");
const status = document.querySelector("[data-live-status]");
const found = document.querySelector("[data-found]");
const counts = document.querySelectorAll("[data-count]");

const items = new Map();
let ordered = [];
let ahead = 0; // of the server's clock against this one, milliseconds
let building = Promise.resolve();
const now = () => Date.now() + ahead;

const filters = new Filters(document.querySelector("#filters"), () => {
  for (const item of ordered) sift(item, false);
  tell(true);
});
part("clear").addEventListener("click", () => {
  filters.clear();
  filters.form.elements.q.focus();
});

function isBefore(one, other) {
  const at = one.place.findIndex((value, index) => value !== other.place[index]);
  return at >= 0 && one.place[at] < other.place[at];
}

// Where an item belongs, by halves.
function position(item) {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(ordered[middle], item)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function put(item) {
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
  const before = item?.place.join();
  if (!item) {
    item = new Item(row.id);
    item.onCollapse = (one) => sift(one, true);
    items.set(row.id, item);
  }
  item.show(row, now());
  if (item.place.join() !== before) {
    if (before !== undefined) ordered.splice(ordered.indexOf(item), 1);
    put(item);
  }
  sift(item, true);
}

// A row that no longer matches stays while somebody is at it.
function sift(item, gently) {
  const matches = filters.matches(item);
  const held = gently && !matches && !item.node.hidden && (item.expanded || item.node.contains(document.activeElement));
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

function tell(asked = false) {
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
  if (asked) found.textContent = shown === 1 ? "1 class" : `${shown} classes`;
}

async function board({ now: at, rows }) {
  ahead = Date.parse(at) - Date.now();
  const known = new Set(rows.map((row) => row.id));
  for (const id of [...items.keys()]) if (!known.has(id)) remove(id);
  for (let start = 0; start < rows.length; start += AT_ONCE) {
    for (const row of rows.slice(start, start + AT_ONCE)) apply(row);
    loading.hidden = true;
    root.toggleAttribute("data-filled", true);
    if (start + AT_ONCE < rows.length) await new Promise(requestAnimationFrame);
  }
  loading.hidden = true;
  root.setAttribute("aria-busy", "false");
  tell();
}

function changed({ now: at, rows, gone }) {
  ahead = Date.parse(at) - Date.now();
  gone.forEach(remove);
  rows.forEach(apply);
  tell();
}

// One after the other: what changed comes after the board it changes.
const inTurn = (work) => (data) => {
  building = building.then(() => work(data));
};

follow(root.dataset.stream, {
  onBoard: inTurn(board),
  onRows: inTurn(changed),
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
  for (const item of ordered) if (item.row.lag_grows && !item.node.hidden) item.tellLag(now());
}, 1000);

table.addEventListener("focusout", (event) => {
  const item = items.get(event.target.closest(".board-item")?.id.slice("session-".length));
  if (item) queueMicrotask(() => sift(item, true));
});

// Up and down go to the same control of the next row.
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
