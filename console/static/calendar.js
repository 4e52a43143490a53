// The calendar: puts classes at their places, shows the present minute, and reloads itself after a class was moved.
import { watchMoves } from "./calendar_move.js";

const root = document.getElementById("calendar");
const opened = Date.now();

function place() {
  const grid = root.querySelector("[data-calendar]");
  if (!grid) return;
  const first = Number(grid.dataset.first);
  const count = Number(grid.dataset.last) - first;
  grid.style.setProperty("--count", count);
  for (const track of grid.querySelectorAll("[data-height]")) track.style.setProperty("--rows", track.dataset.height);
  for (const part of grid.querySelectorAll("[data-start]")) {
    const start = Math.max(Number(part.dataset.start) - first * 60, 0);
    const end = Math.min(Number(part.dataset.start) + Number(part.dataset.length) - first * 60, count * 60);
    part.hidden = end <= start; // a shade of hours that are not shown
    part.style.setProperty("--from", start / 60);
    part.style.setProperty("--long", (end - start) / 60);
    if (part.dataset.lanes) {
      part.style.setProperty("--lane", part.dataset.lane);
      part.style.setProperty("--lanes", part.dataset.lanes);
    }
  }
  showNow(grid, first, count);
}

function showNow(grid, first, count) {
  const minute = Number(grid.dataset.minute) + Math.floor((Date.now() - opened) / 60_000);
  const from = minute / 60 - first;
  for (const track of grid.querySelectorAll(`[data-track="${CSS.escape(grid.dataset.today)}"]`)) {
    const line = track.querySelector(".cal-now") ?? track.appendChild(document.createElement("span"));
    line.className = "cal-now";
    line.hidden = from < 0 || from > count;
    line.style.setProperty("--from", from);
  }
}

// Until it is up to date, keys and pointers reach nothing in it: what they began would end with the old page.
async function reload(focused) {
  root.inert = true;
  try {
    const answer = await fetch(location.href, { headers: { accept: "text/html", "hx-request": "true" } });
    if (!answer.ok) return location.reload();
    root.innerHTML = await answer.text();
  } finally {
    root.inert = false;
  }
  place();
  document.getElementById(focused)?.focus();
}

document.addEventListener("change", ({ target }) => target.closest("[data-submits]")?.requestSubmit());
place();
setInterval(place, 60_000);
watchMoves(root, reload);
