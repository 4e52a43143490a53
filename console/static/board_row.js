// A row of the board: built once from the template, then only the parts that changed are written to the page.
import { ACTS, RECORDING, caseLabel, clock, duration, plain, reason, roleLabel, when, zoneOf } from "./board_format.js";

const template = document.querySelector("#board-row");
const SETTLED = 30 * 60_000; // milliseconds from the planned end until a class that is done may be folded away
// What can be done while a class is in a state. The server decides; a refusal says what to do instead.
const BEFORE = ["nudge", "substitute"];
const ACTS_IN = {
  scheduled: BEFORE,
  open: [...BEFORE, "observe", "message", "extend"],
  live: ["observe", "message", "extend", "substitute"],
};

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
    this.node.toggleAttribute("data-expanded", open);
    if (open) this.#showDetails();
    else this.onCollapse(this);
  }

  // The row as the server sends it. `now` is the server's time.
  show(row, now) {
    this.row = row;
    this.start = Date.parse(row.starts_at);
    this.end = Date.parse(row.ends_at);
    this.sortKey = [this.start, row.id];
    this.searched = plain([row.title, row.course, ...row.people.map((person) => person.name)].join("\n"));
    this.at = now;
    this.#showClass(row, now);
    this.#showRoom(row);
    this.showLag(now);
    this.#showCases(row);
    if (this.expanded) this.#showDetails();
  }

  // Over for a while, and nothing about it needs anybody.
  isSettled(now) {
    return this.row.group === "done" && !this.row.attention.length && this.end + SETTLED < now;
  }

  showLag(now) {
    const { lag_seconds: lag, lag_grows: grows } = this.row;
    const behind = grows ? lag + Math.max(0, now - this.at) / 1000 : lag;
    this.#set("late", behind >= 1, () => this.parts.lag.parentNode.toggleAttribute("data-late", behind >= 1));
    if (lag === null) return this.#text("lag", "–");
    this.#text("lag", behind < 1 ? "up to date" : `${duration(behind)} behind`);
  }

  #showClass(row, now) {
    this.#text("title", row.title);
    this.#text("course", row.course === row.title ? "" : row.course);
    this.#text("when", clock(this.start));
    this.#text("until", `–${clock(this.end)}`);
    const there = `${when(this.start, this.end, now)}, ${zoneOf(this.start, row.time_zone)}`;
    this.#set("there", there, () => (this.parts.when.title = there));
    this.#set("label", row.title, () => this.more.setAttribute("aria-label", `Details of ${row.title}`));
    this.#set("attention", row.attention.length > 0, () => this.node.toggleAttribute("data-attention", row.attention.length > 0));
    this.#showHeadline(row);
  }

  // The one thing that matters now, with a link to its exception, and what helps most.
  #showHeadline({ title, headline: { text, level, act, case_id: caseId } }) {
    this.#set("headline", [text, level, caseId, act, title].join("\0"), () => {
      const { headline, act: button } = this.parts;
      headline.textContent = text;
      headline.title = text;
      headline.dataset.level = level;
      if (caseId) headline.href = `/exceptions/${caseId}`;
      else headline.removeAttribute("href");
      button.hidden = !act;
      this.node.toggleAttribute("data-acts", act !== null);
      button.dataset.act = act ?? "";
      const [word, full] = ACTS[act] ?? ["", ""];
      button.textContent = word;
      button.title = full;
      button.setAttribute("aria-label", `${word}: ${title}`);
    });
  }

  // Instructor and students by name. Those whom a search has found come first, marked, with their role.
  showPeople(searched) {
    const { row } = this;
    const found = searched ? row.people.filter((person) => plain(person.name).includes(searched)) : [];
    const names = (role) => row.people.filter((person) => person.role === role && !found.includes(person)).map(shownName).join(", ");
    const named = (role, none) => names(role) || (row.people.some((person) => person.role === role) ? "" : none);
    const [instructors, students] = [named("instructor", "No instructor"), named("student", "no students")];
    const matches = found.map((person) => `${shownName(person)}\n${roleLabel(person.role)}`);
    this.#set("people", [matches.join("\n"), instructors, students].join("\0"), () => {
      this.parts.matched.replaceChildren(...found.flatMap((person) => [element("mark", person.name), element("span", ` ${roleLabel(person.role)}${isExcused(person) ? ", excused" : ""} `, "muted")]));
      this.parts.instructors.textContent = instructors;
      this.parts.students.textContent = students;
      this.parts.students.parentNode.title = row.people.map((person) => `${shownName(person)}, ${roleLabel(person.role)}`).join("\n");
    });
  }

  #showRoom(row) {
    const running = row.group === "running";
    const inside = row.people.filter((person) => person.present);
    const names = inside.map((person) => person.name).join(", ");
    this.#set("running", running, () => this.node.toggleAttribute("data-running", running));
    this.#text("present", running ? `${row.present} of ${row.expected}` : "–");
    this.#set("names", names, () => (this.parts.present.parentNode.title = names ? `In the room: ${names}` : "Nobody is in the room"));
    const dots = running ? row.people.filter((person) => person.role !== "observer" && !isExcused(person)).map((person) => person.present) : [];
    this.#set("dots", dots.join(), () =>
      this.parts.dots.replaceChildren(...dots.slice(0, 8).map((present) => element("i", "", present ? "in" : ""))),
    );
    this.#text("recText", RECORDING[row.recording]);
    this.#set("rec", row.recording, () => {
      this.parts.rec.dataset.rec = row.recording;
      this.parts.rec.title = row.recording === "none" ? "" : RECORDING[row.recording];
    });
    this.#text("quality", row.quality ?? "–");
    this.#set("level", row.quality, () => this.parts.quality.parentNode.toggleAttribute("data-poor", ["poor", "lost"].includes(row.quality)));
  }

  #showCases(row) {
    this.#text("cases", row.cases.length ? `${row.cases.length} ${row.severity}` : "–");
    this.#set("severity", row.severity, () => {
      this.parts.cases.dataset.state = row.severity ?? "";
      this.parts.cases.classList.toggle("badge", row.severity !== null);
    });
  }

  #showDetails() {
    const { course, people, cases, attention, state, time_zone: zone } = this.row;
    this.#set("details", JSON.stringify([course, this.start, this.end, people, cases, attention, state]), () => {
      const lists = [section("Class", [element("li", course), element("li", when(this.start, this.end, this.at)), element("li", zoneOf(this.start, zone), "muted")])];
      lists.push(section("People", people.map(personLine), "Nobody is booked."));
      if (attention.length) lists.push(section("Needs attention", attention.map((code) => element("li", reason(code)))));
      if (cases.length) lists.push(section("Open exceptions", cases.map(caseLine)));
      const acts = element("div", "", "board-acts");
      acts.append(...(ACTS_IN[state] ?? []).map((act) => this.#actButton(act)));
      if (acts.children.length) lists.push(acts);
      const focused = this.parts.details.contains(document.activeElement) ? document.activeElement.dataset.act : "";
      this.parts.details.replaceChildren(...lists);
      if (focused) (this.parts.details.querySelector(`[data-act=${focused}]`) ?? this.more).focus({ preventScroll: true });
    });
  }

  #actButton(act) {
    const [, full] = ACTS[act];
    const button = element("button", full, "button quiet");
    button.type = "button";
    button.dataset.act = act;
    button.setAttribute("aria-label", `${full}: ${this.row.title}`);
    return button;
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
  node.append(element("h3", title), lines.length ? list : element("p", emptyText, "muted"));
  return node;
}

// The family said that the person can't come, and they are not there all the same.
function isExcused(person) {
  return person.excused && !person.present;
}

function shownName(person) {
  if (person.checked_in && !person.present) return `${person.name} (checked in)`;
  return isExcused(person) ? `${person.name} (excused)` : person.name;
}

function personLine(person) {
  const line = element("li");
  const dot = element("span", "", "board-here");
  dot.dataset.present = person.present;
  dot.setAttribute("aria-hidden", "true");
  const connection = person.quality ? `, connection ${person.quality}` : "";
  const expected = person.checked_in ? "checked in, not in the room" : "not in the room";
  const away = isExcused(person) ? "excused: the family said that they can't come" : expected;
  const where = person.present ? `in the room${connection}` : away;
  line.append(dot, element("strong", person.name), element("span", `${roleLabel(person.role)}, ${where}`));
  return line;
}

function caseLine(openCase) {
  const line = element("li");
  const severity = element("span", openCase.severity, "badge");
  severity.dataset.state = openCase.severity;
  const link = element("a", caseLabel(openCase.kind));
  link.href = `/exceptions/${openCase.id}`;
  line.append(severity, link, " ");
  line.append(element("span", `${openCase.owner}, due ${clock(Date.parse(openCase.due_at))}`, "muted"));
  return line;
}
