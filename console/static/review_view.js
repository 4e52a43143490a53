// Renders the draft. The text of a statement is always a textarea, so that editing needs no mode.

import { showAudience } from "./review_audience.js";
import { showDoubts } from "./review_numbers.js";
import { gettext } from "./texts.js";

const template = (name) => document.querySelector(`[data-${name}-template]`).content;

export function draw(draft, root) {
  const sections = new Map();
  for (const statement of draft.statements) {
    const place = statement.section ?? `new:${statement.near ?? ""}`;
    if (!sections.has(place)) sections.set(place, []);
    sections.get(place).push(statement);
  }
  root.replaceChildren(...inOrder(draft.sections, sections).map(([title, own]) => section(title, own, draft.students)));
  drawChecks(draft);
  root.querySelectorAll("textarea").forEach(grow);
}

export function grow(area) {
  if (CSS.supports("field-sizing", "content")) return; // then CSS makes it grow
  area.style.height = "auto";
  area.style.height = `${area.scrollHeight}px`;
}

// Shows the current audiences and doubtful numbers on the cards that are drawn, without drawing them again.
export function drawChecks(draft) {
  for (const statement of draft.statements) {
    showAudience(cardOf(statement.key), statement, draft.students);
    showDoubts(cardOf(statement.key), statement, draft.heard);
  }
}

export const cardOf = (key) => document.getElementById(`statement-${key}`);
export const keyOf = (element) => element?.closest(".statement")?.dataset.key;

export function select(key) {
  document.querySelector(".statement[data-selected]")?.removeAttribute("data-selected");
  cardOf(key)?.setAttribute("data-selected", "");
}

// Highlights the cited utterances of a statement in the transcript and scrolls to the first.
export function highlightSource(statement) {
  document.querySelectorAll("[data-cited]").forEach((line) => line.removeAttribute("data-cited"));
  const lines = (statement?.citations ?? []).map((citation) => document.getElementById(`utterance-${citation.utterance_id}`));
  lines.forEach((line) => line?.setAttribute("data-cited", ""));
  const first = lines.find(Boolean);
  if (!first) return;
  const box = first.closest("[data-transcript]");
  box.scrollTop += first.getBoundingClientRect().top - box.getBoundingClientRect().top - box.clientHeight / 4;
}

function inOrder(titles, sections) {
  const places = titles.flatMap(([name, title]) => [[name, title], [`new:${name}`, gettext("New statement")]]);
  const all = [["new:", gettext("New statement")], ...places];
  return all.flatMap(([name, title]) => (sections.has(name) ? [[title, sections.get(name)]] : []));
}

function section(title, statements, students) {
  const element = template("section").cloneNode(true).firstElementChild;
  element.querySelector("h3").textContent = title;
  element.querySelector("ol").setAttribute("aria-label", title);
  element.querySelector("ol").append(...statements.map((statement) => card(statement, students)));
  return element;
}

function card(statement, students) {
  const element = template("statement").cloneNode(true).firstElementChild;
  element.id = `statement-${statement.key}`;
  element.dataset.key = statement.key;
  element.querySelector("textarea").value = statement.text;
  const check = element.querySelector(".check-fields");
  check.hidden = statement.section !== "comprehension";
  for (const field of element.querySelectorAll("[data-part]")) field.value = statement[field.dataset.part] ?? "";
  element.querySelector(".citations").append(...statement.citations.map(citation));
  element.toggleAttribute("data-groundless", statement.citations.length === 0);
  element.toggleAttribute("data-new", !statement.section);
  const choice = element.querySelector(".section-choice");
  if (choice) choice.hidden = Boolean(statement.section);
  showAudience(element, statement, students);
  return element;
}

function citation(source, index) {
  const element = template("citation").cloneNode(true).firstElementChild;
  const play = element.querySelector(".play");
  play.dataset.play = source.utterance_id;
  play.setAttribute("aria-label", gettext("Play: %(quote)s", { quote: source.quote }));
  element.querySelector("q").textContent = source.quote;
  const remove = element.querySelector(".uncite");
  if (remove) {
    remove.dataset.index = index;
    remove.setAttribute("aria-label", gettext("Remove citation: %(quote)s", { quote: source.quote }));
  }
  return element;
}
