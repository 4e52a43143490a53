// The filters of the board, kept in the URL, so that a reload, a shared link or a saved view shows the same rows.
import { plain } from "./board_format.js";

const HOUR = 3_600_000; // milliseconds
const USUAL_HOURS = "24";
const SELECTED = ["course", "instructor", "region", "trouble"];

export class Filters {
  // `alwaysNamed`: a bare address opens a saved view, so that the address of no filters has to say so.
  constructor(form, onChange, alwaysNamed) {
    this.form = form;
    this.onChange = onChange;
    this.alwaysNamed = alwaysNamed;
    this.read();
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("submit", (event) => event.preventDefault());
    this.narrow = form.querySelector("[data-narrow]");
    this.narrow.addEventListener("click", () => {
      this.narrow.setAttribute("aria-expanded", String(form.toggleAttribute("data-open")));
    });
    addEventListener("popstate", () => {
      this.read();
      onChange();
    });
  }

  // Fills the form from the URL.
  read() {
    const query = new URLSearchParams(location.search);
    const { q, show, exceptions, hours } = this.form.elements;
    q.value = query.get("q") ?? "";
    const wanted = [...show].find((option) => option.value === query.get("show"));
    (wanted ?? show[0]).checked = true;
    exceptions.checked = query.get("exceptions") === "true";
    hours.value = query.get("hours") ?? USUAL_HOURS;
    if (!hours.value) hours.value = USUAL_HOURS;
    for (const name of SELECTED) this.#select(name, query.get(name) ?? "");
    this.#remember();
  }

  clear() {
    this.form.reset();
    this.#changed();
  }

  // Whether only some of the classes of these hours are asked for.
  get active() {
    return Boolean(this.text || this.show || this.exceptions || SELECTED.some((name) => this[name]));
  }

  // Whether the class is within the hours, and of the region, course and instructor that are chosen.
  inScope({ row, start }, now) {
    if (start >= now + this.hours * HOUR) return false;
    if (this.course && row.course_id !== this.course) return false;
    if (this.instructor && row.instructor_id !== this.instructor) return false;
    return !this.region || row.region === this.region;
  }

  matches(item, now) {
    const { row, searched } = item;
    if (!this.inScope(item, now)) return false;
    if (this.show === "attention" ? !row.attention.length : this.show && row.group !== this.show) return false;
    if (this.exceptions && !row.cases.length) return false;
    if (this.trouble && !row.attention.includes(this.trouble) && !row.cases.some(({ kind }) => kind === this.trouble)) return false;
    return !this.text || searched.includes(this.text);
  }

  // Offers the courses, instructors and regions of these rows.
  offer(rows) {
    const found = { course: new Map(), instructor: new Map(), region: new Map() };
    for (const row of rows) {
      found.course.set(row.course_id, row.course);
      found.instructor.set(row.instructor_id, row.instructor);
      found.region.set(row.region, row.region);
    }
    for (const [name, choices] of Object.entries(found)) {
      const select = this.form.elements[name];
      const sorted = [...choices].sort(([, one], [, other]) => one.localeCompare(other));
      select.replaceChildren(select.options[0], ...sorted.map(([value, text]) => new Option(text, value)));
      this.#select(name, this[name]);
    }
    const regions = this.form.querySelector("[data-regions]");
    regions.hidden = found.region.size < 2 && !this.region;
  }

  // A choice that no class on the board has stays, so that the address keeps its meaning.
  #select(name, value) {
    const select = this.form.elements[name];
    if (value && ![...select.options].some((option) => option.value === value)) select.append(new Option("Not on the board", value));
    select.value = value;
  }

  #remember() {
    const { q, show, exceptions, hours } = this.form.elements;
    this.text = plain(q.value);
    this.show = show.value;
    this.exceptions = exceptions.checked;
    this.hours = Number(hours.value);
    for (const name of SELECTED) this[name] = this.form.elements[name].value;
    this.#count();
  }

  // Narrow screens keep most filters behind a button, which says how many of them are set.
  #count() {
    const set = [this.exceptions, this.hours !== Number(USUAL_HOURS), ...SELECTED.map((name) => this[name])].filter(Boolean).length;
    this.form.querySelector("[data-narrowed]").textContent = set ? ` (${set})` : "";
  }

  #changed() {
    this.#remember();
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) if (value && (name !== "hours" || value !== USUAL_HOURS)) query.append(name, value);
    if (!query.size && this.alwaysNamed) query.append("hours", USUAL_HOURS);
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
    this.onChange();
  }
}
