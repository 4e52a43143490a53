// Draws the draft. The words of a statement are a text area at all times, so that editing needs no mode.

const template = (name) => document.querySelector(`[data-${name}-template]`).content;

export function draw(draft, root) {
  const sections = new Map();
  for (const one of draft.statements) {
    if (!sections.has(one.section)) sections.set(one.section, []);
    sections.get(one.section).push(one);
  }
  root.replaceChildren(...inOrder(draft.sections, sections).map(([title, own]) => section(title, own)));
  root.querySelectorAll("textarea").forEach(grow);
}

export function grow(area) {
  if (CSS.supports("field-sizing", "content")) return; // then it grows by itself
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

export const cardOf = (key) => document.getElementById(`statement-${key}`);
export const keyOf = (element) => element?.closest(".statement")?.dataset.key;

export function select(key) {
  document.querySelector(".statement[data-selected]")?.removeAttribute("data-selected");
  cardOf(key)?.setAttribute("data-selected", "");
}

// Marks in the transcript what a statement rests on and brings it into view.
export function point(statement) {
  document.querySelectorAll("[data-cited]").forEach((line) => line.removeAttribute("data-cited"));
  const lines = (statement?.citations ?? []).map((one) => document.getElementById(`said-${one.utterance_id}`));
  lines.forEach((line) => line?.setAttribute("data-cited", ""));
  const first = lines.find(Boolean);
  if (!first) return;
  const box = first.closest("[data-transcript]");
  box.scrollTop += first.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 4;
}

function inOrder(titles, sections) {
  return titles.flatMap(([name, title]) => (sections.has(name) ? [[title, sections.get(name)]] : []));
}

function section(title, statements) {
  const drawn = template("section").cloneNode(true).firstElementChild;
  drawn.querySelector("h3").textContent = title;
  drawn.querySelector("ol").setAttribute("aria-label", title);
  drawn.querySelector("ol").append(...statements.map(card));
  return drawn;
}

function card(one) {
  const drawn = template("statement").cloneNode(true).firstElementChild;
  drawn.id = `statement-${one.key}`;
  drawn.dataset.key = one.key;
  drawn.querySelector("textarea").value = one.text;
  const check = drawn.querySelector(".check-fields");
  check.hidden = one.section !== "comprehension";
  for (const field of drawn.querySelectorAll("[data-part]")) field.value = one[field.dataset.part] ?? "";
  drawn.querySelector(".citations").append(...one.citations.map(citation));
  drawn.toggleAttribute("data-groundless", one.citations.length === 0);
  return drawn;
}

function citation(one, index) {
  const drawn = template("citation").cloneNode(true).firstElementChild;
  const play = drawn.querySelector(".play");
  play.dataset.play = one.utterance_id;
  play.setAttribute("aria-label", `Play: ${one.quote}`);
  drawn.querySelector("q").textContent = one.quote;
  const remove = drawn.querySelector(".uncite");
  if (remove) {
    remove.dataset.index = index;
    remove.setAttribute("aria-label", `Remove citation: ${one.quote}`);
  }
  return drawn;
}
