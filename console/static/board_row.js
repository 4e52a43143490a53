// A row of the board: built once from the template, then only the parts that changed are written to the page.
import { RECORDING, caseLabel, clock, duration, plain, reason, roleLabel, when, words, zoneOf } from "./board_format.js";

const template = document.querySelector("#board-row");
const ORDER = { running: 0, coming: 1, done: 2 };

export class Item {
  constructor(id) {
    this.node = template.content.firstElementChild.cloneNode(true);
    this.node.id = `session-${id}`;
    const find = (name) => this.node.querySelector(name);
    this.more = find(".board-more");
    this.details = find(".board-details");
    this.leaving = find(".board-leaving");
    this.parts = {};
    for (const part of this.node.querySelectorAll("*"))
      for (const name of Object.keys(part.dataset)) if (name !== "label") this.parts[name] = part;
    this.parts.title.href = `/sessions/${id}`;
    this.details.id = `details-${id}`;
    this.more.setAttribute("aria-controls", this.details.id);
    this.more.addEventListener("click", () => this.expand(!this.expanded));
    this.written = {};
    this.onCollapse = () => {};
  }

  get expanded() {
    return !this.details.hidden;
  }

  expand(open) {
    this.more.setAttribute("aria-expanded", String(open));
    this.details.hidden = !open;
    if (open) this.#showDetails();
    else this.onCollapse(this);
  }

  // The row as the server sends it. `now` is the server's time.
  show(row, now) {
    this.row = row;
    const start = Date.parse(row.starts_at);
    this.sortKey = [ORDER[row.group], row.group === "done" ? -start : start, row.id];
    this.searched = plain([row.title, row.course, ...row.people.map((person) => person.name)].join("\n"));
    this.at = now;
    this.#showClass(row, start, now);
    this.#showRoom(row);
    this.showLag(now);
    this.#showCases(row);
    if (this.expanded) this.#showDetails();
  }

  showLag(now) {
    const { lag_seconds: lag, lag_grows: grows } = this.row;
    if (lag === null) return this.#text("lag", "–");
    const behind = grows ? lag + Math.max(0, now - this.at) / 1000 : lag;
    this.#text("lag", behind < 1 ? "up to date" : `${duration(behind)} behind`);
  }

  #showClass(row, start, now) {
    this.#text("title", row.title);
    this.#text("course", row.course);
    this.#text("when", when(start, Date.parse(row.ends_at), now));
    this.#text("zone", zoneOf(start, row.time_zone));
    this.#text("state", words(row.state));
    this.#set("stateCode", row.state, () => (this.parts.state.dataset.state = row.state));
    this.#set("label", row.title, () => this.more.setAttribute("aria-label", `Details of ${row.title}`));
    this.#set("reasons", row.attention.join(), () => {
      this.parts.reasons.replaceChildren(...row.attention.map((code) => element("li", reason(code))));
      this.parts.reasons.hidden = row.attention.length === 0;
      this.node.toggleAttribute("data-attention", row.attention.length > 0);
    });
  }

  #showRoom(row) {
    const inside = row.people.filter((person) => person.present);
    const names = inside.map((person) => person.name).join(", ");
    this.#text("present", `${row.present} of ${row.expected}`);
    this.#set("names", names, () => (this.parts.present.parentNode.title = names ? `In the room: ${names}` : "Nobody is in the room"));
    const dots = row.people.filter((person) => person.role !== "observer").map((person) => person.present);
    this.#set("dots", dots.join(), () =>
      this.parts.dots.replaceChildren(...dots.slice(0, 8).map((present) => element("i", "", present ? "in" : ""))),
    );
    this.#text("recText", RECORDING[row.recording]);
    this.#set("rec", row.recording, () => (this.parts.rec.dataset.rec = row.recording));
    this.#text("quality", row.quality ?? "–");
    this.#set("level", row.quality, () => (this.parts.quality.dataset.quality = row.quality ?? ""));
  }

  #showCases(row) {
    this.#text("cases", row.cases.length ? `${row.cases.length} ${row.severity}` : "–");
    this.#set("severity", row.severity, () => {
      this.parts.cases.dataset.state = row.severity ?? "";
      this.parts.cases.classList.toggle("badge", row.severity !== null);
    });
  }

  #showDetails() {
    const { people, cases, attention } = this.row;
    this.#set("details", JSON.stringify([people, cases, attention]), () => {
      const lists = [section("People", people.map(personLine), "Nobody is booked.")];
      if (cases.length) lists.push(section("Open exceptions", cases.map(caseLine)));
      this.parts.details.replaceChildren(...lists);
    });
  }

  #text(part, text) {
    this.#set(`text ${part}`, text, () => {
      this.parts[part].textContent = text;
      this.parts[part].closest("[role=cell]").toggleAttribute("data-empty", text === "–");
    });
  }

  #set(name, value, write) {
    if (this.written[name] === value) return;
    this.written[name] = value;
    write();
  }
}

function element(name, text = "", className = "") {
  const node = document.createElement(name);
  node.textContent = text;
  if (className) node.className = className;
  return node;
}

function section(title, lines, emptyText = "") {
  const node = element("section");
  const list = element("ul");
  list.setAttribute("role", "list");
  list.append(...lines);
  node.append(element("h2", title), lines.length ? list : element("p", emptyText, "muted"));
  return node;
}

function personLine(person) {
  const line = element("li");
  const dot = element("span", "", "board-here");
  dot.dataset.present = person.present;
  dot.setAttribute("aria-hidden", "true");
  const connection = person.quality ? `, connection ${person.quality}` : "";
  const where = person.present ? `in the room${connection}` : "not in the room";
  line.append(dot, element("strong", person.name), element("span", `${roleLabel(person.role)}, ${where}`));
  return line;
}

function caseLine(openCase) {
  const line = element("li");
  const severity = element("span", openCase.severity, "badge");
  severity.dataset.state = openCase.severity;
  line.append(severity, ` ${caseLabel(openCase.kind)} `);
  line.append(element("span", `${openCase.owner}, due ${clock(Date.parse(openCase.due_at))}`, "muted"));
  return line;
}
