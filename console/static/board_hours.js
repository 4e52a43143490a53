// The hours of the board: each has a heading with its counts and a grid of its rows. Classes that are over and need
// nobody are folded into the heading, so that the page begins with what runs now. A line shows where "now" is.
import { clock, day } from "./board_format.js";

const hourTemplate = document.querySelector("#board-hour");
const HOUR = 3_600_000; // milliseconds

// The full hour in the viewer's zone, as a moment.
export const hourOf = (at) => {
  const local = new Date(at);
  return at - (local.getMinutes() * 60 + local.getSeconds()) * 1000 - local.getMilliseconds();
};

class Hour {
  constructor(start, onFold) {
    this.start = start;
    this.node = hourTemplate.content.firstElementChild.cloneNode(true);
    this.rows = this.node.querySelector(".board-rows");
    this.name = this.node.querySelector("[data-hour-name]");
    this.countText = this.node.querySelector("[data-hour-count]");
    this.button = this.node.querySelector("[data-fold]");
    this.unfolded = false;
    this.written = "";
    this.button.addEventListener("click", () => {
      this.unfolded = !this.unfolded;
      onFold(this);
    });
    this.reset();
  }

  reset() {
    this.count = this.attention = this.shown = this.settled = 0;
  }

  // Writes the heading, if it says something else than before.
  show(now, foldable) {
    const other = day(this.start) === day(now) ? "" : `${day(this.start)} `;
    const name = other + clock(this.start);
    const classes = this.count === 1 ? "1 class" : `${this.count} classes`;
    const attention = this.attention ? `, ${this.attention} need${this.attention === 1 ? "s" : ""} attention` : "";
    const folds = foldable && this.settled > 0;
    const written = [name, classes, attention, folds, this.settled, this.shown, this.unfolded].join();
    if (this.written === written) return;
    this.written = written;
    this.name.textContent = name;
    const folded = folds && this.shown === 0;
    this.countText.textContent = folded ? "" : classes + attention;
    this.button.hidden = !folds;
    this.button.textContent = this.unfolded ? "Hide done" : folded ? `${this.settled} done` : `Show ${this.settled} done`;
    this.button.setAttribute("aria-expanded", String(this.unfolded));
    this.button.setAttribute("aria-label", `${this.button.textContent}, ${name}`);
    this.node.toggleAttribute("data-folded", folded);
    this.node.hidden = this.count === 0;
  }
}

export class Hours {
  // `table` holds the sections; `onFold` is called when somebody folds or unfolds one.
  constructor(table, onFold) {
    this.table = table;
    this.onFold = onFold;
    this.list = [];
    this.nowLine = document.querySelector("#board-now").content.firstElementChild.cloneNode(true);
    this.nowTime = this.nowLine.querySelector("[data-now]");
  }

  // The hour of this start, made if there is none yet.
  of(start) {
    const hour = hourOf(start);
    const at = this.list.findIndex((one) => one.start >= hour);
    if (at >= 0 && this.list[at].start === hour) return this.list[at];
    const made = new Hour(hour, this.onFold);
    this.table.insertBefore(made.node, at >= 0 ? this.list[at].node : null);
    this.list.splice(at >= 0 ? at : this.list.length, 0, made);
    return made;
  }

  reset() {
    for (const hour of this.list) hour.reset();
  }

  show(now, foldable) {
    for (const hour of this.list) hour.show(now, foldable);
    this.list = this.list.filter((hour) => {
      const used = hour.rows.querySelector(".board-item") !== null;
      if (!used) hour.node.remove();
      return used;
    });
  }

  // `next` is the first row that starts after now, or null.
  placeNow(now, next) {
    const text = clock(now);
    if (this.nowTime.textContent !== text) this.nowTime.textContent = text;
    const [parent, before] = this.#placeOfNow(now, next);
    if (this.nowLine.parentNode !== parent || this.nowLine.nextElementSibling !== before) parent.insertBefore(this.nowLine, before);
  }

  #placeOfNow(now, next) {
    const current = this.list.find((hour) => hour.start <= now && now < hour.start + HOUR);
    if (current) return [current.rows, next && next.hour === current ? next.node : null];
    return [this.table, this.list.find((hour) => hour.start > now)?.node ?? null];
  }
}
