// The live board. Updates reuse the elements of rows, so that scroll position, focus and open details stay.
import { actFrom } from "./board_acts.js";
import { Filters } from "./board_filters.js";
import { Hours } from "./board_hours.js";
import { Item } from "./board_row.js";
import { follow } from "./board_stream.js";
import { clock, viewerZone } from "./board_format.js";
import { showView } from "./saved_views.js";

const BATCH = 200; // rows built before the page may draw
const MANY = 24; // rows from which on they share a line, where the page is wide enough
const root = document.querySelector("#board");
const table = root.querySelector("[role=table]");
const part = (name) => root.querySelector(`[data-${name}]`);
const [loading, nothing, noMatch] = [part("loading"), part("nothing"), part("no-match")];
const lost = document.querySelector("#board-lost");
const status = document.querySelector("[data-live-status]");
const matchCount = document.querySelector("[data-found]");
const counts = document.querySelectorAll("[data-count]");

const items = new Map();
let ordered = []; // by start
let ahead = 0; // milliseconds by which the server's clock is ahead of this one
let building = Promise.resolve();
let choicesChanged = false; // whether courses, instructors or regions of the rows are others than those offered
const now = () => Date.now() + ahead;

const filters = new Filters(
  document.querySelector("#filters"),
  () => {
    applyFilters(false);
    updateCounts(true);
    showView();
  },
  root.hasAttribute("data-default"),
);
const hours = new Hours(table, (hour) => {
  for (const item of ordered) if (item.hour === hour) applyFilter(item, false);
  updateCounts();
});
part("clear").addEventListener("click", () => {
  filters.clear();
  filters.form.elements.q.focus();
});

function isBefore(first, second) {
  const at = first.sortKey.findIndex((value, index) => value !== second.sortKey[index]);
  return at >= 0 && first.sortKey[at] < second.sortKey[at];
}

// The index of the first item for which `isAfter` holds, by binary search.
function firstIndex(isAfter) {
  let [low, high] = [0, ordered.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isAfter(ordered[middle])) high = middle;
    else low = middle + 1;
  }
  return low;
}

function insert(item) {
  const at = firstIndex((other) => !isBefore(other, item));
  item.hour = hours.of(item.start);
  const next = ordered[at]?.hour === item.hour ? ordered[at].node : null;
  ordered.splice(at, 0, item);
  const rows = item.hour.rows;
  if (item.node.isConnected && rows.moveBefore) rows.moveBefore(item.node, next);
  else {
    const focused = item.node.contains(document.activeElement) ? document.activeElement : null;
    rows.insertBefore(item.node, next);
    focused?.focus({ preventScroll: true });
  }
}

function apply(row) {
  let item = items.get(row.id);
  const before = item?.sortKey.join();
  if (!item) {
    item = new Item(row.id);
    item.onCollapse = (collapsed) => {
      applyFilter(collapsed, true);
      updateCounts();
    };
    items.set(row.id, item);
  }
  const { course_id: course, instructor_id: instructor, region } = item.row ?? {};
  if (course !== row.course_id || instructor !== row.instructor_id || region !== row.region) choicesChanged = true;
  item.show(row, now());
  if (item.sortKey.join() !== before) {
    if (before !== undefined) ordered.splice(ordered.indexOf(item), 1);
    insert(item);
  }
  applyFilter(item, true);
}

// A row that no longer matches, or could be folded away, stays while it is open or has the focus.
function applyFilter(item, keepInUse) {
  const matches = filters.matches(item, now());
  item.showPeople(filters.text);
  item.settled = matches && !filters.active && item.isSettled(now());
  const shown = matches && (!item.settled || item.hour.unfolded);
  const held = keepInUse && !shown && !item.node.hidden && (item.expanded || item.node.contains(document.activeElement));
  if (item.node.hidden === (shown || held)) item.node.hidden = !(shown || held);
  const leaving = held && !matches;
  if (item.leaving.hidden === leaving) item.leaving.hidden = !leaving;
}

function applyFilters(keepInUse) {
  for (const item of ordered) applyFilter(item, keepInUse);
}

function remove(id) {
  const item = items.get(id);
  if (!item) return;
  items.delete(id);
  choicesChanged = true;
  ordered.splice(ordered.indexOf(item), 1);
  item.node.remove();
}

function updateCounts(announce = false) {
  const all = { all: 0, running: 0, coming: 0, done: 0, attention: 0, exceptions: 0 };
  let [matching, shown] = [0, 0];
  hours.reset();
  const at = now();
  for (const item of ordered) {
    if (!filters.inScope(item, at) && item.node.hidden) continue;
    const { row, node, hour, settled } = item;
    all.all += 1;
    all[row.group] += 1;
    if (row.attention.length) all.attention += 1;
    if (row.cases.length) all.exceptions += 1;
    if (!node.hidden) {
      shown += 1;
      hour.shown += 1;
    }
    if (settled) hour.settled += 1;
    if (settled || !node.hidden) {
      matching += 1;
      hour.count += 1;
      if (row.attention.length) hour.attention += 1;
    }
  }
  for (const count of counts) {
    const text = String(all[count.dataset.count]);
    if (count.textContent !== text) count.textContent = text;
  }
  hours.show(at, !filters.active);
  const next = ordered[firstIndex((item) => item.start > now())];
  hours.placeNow(at, next ?? null);
  const none = all.all === 0 && !filters.active;
  toggle(nothing, "hidden", !none);
  if (none) part("nothing-text").textContent = `Nothing starts within ${filters.hours} hours, and nothing did in the last 18.`;
  toggle(noMatch, "hidden", none || matching > 0);
  toggle(root, "data-filled", matching > 0);
  toggle(root, "data-many", shown >= MANY);
  if (announce) matchCount.textContent = matching === 1 ? "1 class" : `${matching} classes`;
}

function offerChoices() {
  if (!choicesChanged) return;
  choicesChanged = false;
  filters.offer(ordered.map((item) => item.row));
}

function toggle(node, name, on) {
  if (node.hasAttribute(name) !== on) node.toggleAttribute(name, on);
}

async function board({ now: at, rows }) {
  ahead = Date.parse(at) - Date.now();
  const current = new Set(rows.map((row) => row.id));
  for (const id of [...items.keys()]) if (!current.has(id)) remove(id);
  for (let start = 0; start < rows.length; start += BATCH) {
    for (const row of rows.slice(start, start + BATCH)) apply(row);
    loading.hidden = true;
    updateCounts();
    if (start + BATCH < rows.length) await new Promise(requestAnimationFrame);
  }
  loading.hidden = true;
  root.setAttribute("aria-busy", "false");
  offerChoices();
  updateCounts();
}

function changed({ now: at, rows, gone }) {
  ahead = Date.parse(at) - Date.now();
  gone.forEach(remove);
  rows.forEach(apply);
  offerChoices();
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

document.querySelector("[data-zone]").textContent = `Times are in your time zone, ${viewerZone.replaceAll("_", " ")}`;
setInterval(() => {
  for (const item of ordered) if (item.row.lag_grows && !item.node.hidden) item.showLag(now());
}, 1000);

// What changes with time alone: the line of now, and which classes are folded away.
let minute = clock(now());
setInterval(() => {
  if (clock(now()) === minute) return;
  minute = clock(now());
  applyFilters(true);
  updateCounts();
}, 1000);

table.addEventListener("focusout", (event) => {
  const item = items.get(event.target.closest(".board-item")?.id.slice("session-".length));
  if (item) queueMicrotask(() => applyFilter(item, true));
});

actFrom(table);
showView();

// The up and down keys move the focus to the same control of the next row.
table.addEventListener("keydown", (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const from = items.get(event.target.closest(".board-item")?.id.slice("session-".length));
  if (!step || !from) return;
  let at = ordered.indexOf(from) + step;
  while (ordered[at]?.node.hidden) at += step;
  const control = ordered[at]?.node.querySelector(event.target.matches("a") ? "a" : ".board-more");
  if (!control) return;
  event.preventDefault();
  control.focus();
});
