// What the board shows: kept in the address, so that a reload and a shared link show the same.
import { plain } from "./board_words.js";

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

  // From the address into the form.
  read() {
    const asked = new URLSearchParams(location.search);
    const { q, show, exceptions } = this.form.elements;
    q.value = asked.get("q") ?? "";
    show.value = asked.get("show") ?? "";
    if (show.value === "") show.value = [...show].some((one) => one.value === asked.get("show")) ? show.value : "";
    if (![...show].some((one) => one.checked)) show[0].checked = true;
    exceptions.checked = asked.get("exceptions") === "true";
    this.#take();
  }

  clear() {
    this.form.reset();
    this.#changed();
  }

  matches({ row, searched }) {
    if (this.show === "attention" ? !row.attention.length : this.show && row.group !== this.show) return false;
    if (this.exceptions && !row.cases.length) return false;
    return !this.text || searched.includes(this.text);
  }

  #take() {
    const { q, show, exceptions } = this.form.elements;
    this.text = plain(q.value);
    this.show = show.value;
    this.exceptions = exceptions.checked;
  }

  #changed() {
    this.#take();
    const asked = new URLSearchParams();
    for (const [name, value] of new FormData(this.form)) if (value) asked.append(name, value);
    history.replaceState(null, "", asked.size ? `?${asked}` : location.pathname);
    this.onChange();
  }
}
