// The filters of the board, kept in the URL, so that a reload or a shared link shows the same rows.
import { plain } from "./board_format.js";

export class Filters {
  constructor(form, onChange) {
    this.form = form;
    this.onChange = onChange;
    this.read();
    form.addEventListener("input", () => this.#changed());
    form.addEventListener("submit", (event) => event.preventDefault());
    addEventListener("popstate", () => {
      this.read();
      onChange();
    });
  }

  // Fills the form from the URL.
  read() {
    const query = new URLSearchParams(location.search);
    const { q, show, exceptions } = this.form.elements;
    q.value = query.get("q") ?? "";
    show.value = query.get("show") ?? "";
    if (show.value === "") show.value = [...show].some((option) => option.value === query.get("show")) ? show.value : "";
    if (![...show].some((option) => option.checked)) show[0].checked = true;
    exceptions.checked = query.get("exceptions") === "true";
    this.#remember();
  }

  clear() {
    this.form.reset();
    this.#changed();
  }

  // Whether only some of the classes are asked for.
  get active() {
    return Boolean(this.text || this.show || this.exceptions);
  }

  matches({ row, searched }) {
    if (this.show === "attention" ? !row.attention.length : this.show && row.group !== this.show) return false;
    if (this.exceptions && !row.cases.length) return false;
    return !this.text || searched.includes(this.text);
  }

  #remember() {
    const { q, show, exceptions } = this.form.elements;
    this.text = plain(q.value);
    this.show = show.value;
    this.exceptions = exceptions.checked;
  }

  #changed() {
    this.#remember();
    const query = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) if (value) query.append(name, value);
    history.replaceState(null, "", query.size ? `?${query}` : location.pathname);
    this.onChange();
  }
}
