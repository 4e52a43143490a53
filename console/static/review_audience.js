// Who reads a statement: its label, its warning, and the dialog in which it is chosen.
import { open } from "./dialogs.js";
import { gettext, listed } from "./texts.js";

const names = (students, ids) => listed(students.filter(({ id }) => ids.includes(id)).map(({ name }) => name));

export function audienceLabel({ audience }, students) {
  if (!audience) return gettext("Automatic");
  if (audience.kind === "everybody") return gettext("Everyone");
  if (audience.kind === "staff") return gettext("Staff only");
  return names(students, audience.students) || gettext("A former student");
}

// Shows the audience on the statement's card, and a warning if other families would read about a student.
export function showAudience(card, statement, students) {
  const button = card.querySelector(".audience");
  const label = audienceLabel(statement, students);
  button.id = `audience-${statement.key}`; // focus returns to it when the dialog closes
  button.textContent = label;
  button.dataset.kind = statement.audience?.kind ?? "";
  button.setAttribute("aria-label", gettext("Who reads it: %(readers)s", { readers: label }));
  button.hidden = students.length < 2 && statement.audience?.kind !== "staff";
  const warning = card.querySelector(".audience-warning");
  warning.hidden = statement.outside.length === 0;
  if (warning.hidden) return;
  warning.querySelector("span").textContent = warningText(statement, students);
  const narrow = warning.querySelector("button");
  if (narrow) narrow.textContent = narrowed(statement).kind === "staff" ? gettext("Staff only") : gettext("Only %(names)s", { names: names(students, statement.outside) });
}

// The audience without a warning: the one student whom the statement is about, or staff if there are several.
export function narrowed({ audience, outside }) {
  const alone = audience.kind === "everybody" && outside.length === 1;
  return alone ? { kind: "students", students: outside } : { kind: "staff", students: [] };
}

export function warningText({ audience, outside }, students) {
  const about = names(students, outside);
  if (audience.kind === "everybody") return gettext("About %(about)s, but every family reads it.", { about });
  return gettext("About %(about)s, but it is for the families of %(readers)s.", { about, readers: names(students, audience.students) });
}

// Opens the dialog for a statement; `choose` is called with the kind and the ids of the students.
export function askAudience(dialog, statement, choose) {
  const form = dialog.querySelector("[data-audience-form]");
  const problem = form.querySelector("[data-audience-problem]");
  const { kind, students } = statement.audience ?? { kind: "everybody", students: [] };
  form.reset();
  form.querySelector("[data-audience-text]").textContent = statement.text;
  form.elements.kind.value = kind;
  const boxes = [...form.querySelectorAll("[name=student]")];
  for (const box of boxes) box.checked = students.includes(box.value);
  form.onchange = (event) => {
    if (event.target.name === "student" && event.target.checked) form.elements.kind.value = "students";
    problem.textContent = "";
  };
  form.onsubmit = (event) => {
    const chosen = form.elements.kind.value;
    const own = chosen === "students" ? boxes.filter((box) => box.checked).map((box) => box.value) : [];
    if (chosen === "students" && own.length === 0) {
      event.preventDefault();
      problem.textContent = gettext("Choose at least one student.");
      boxes[0]?.focus();
      return;
    }
    choose(chosen, own);
  };
  open(dialog);
  form.querySelector("[name=kind]:checked").focus();
}
