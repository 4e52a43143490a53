// What stands above the draft when something has to be decided: a refusal, or that somebody else changed it.

const place = () => document.querySelector("[data-told]");

export function tell(kind, title, text, choices = []) {
  const told = document.createElement("div");
  told.className = kind === "error" ? "error-state" : "notice";
  told.setAttribute("role", "alert");
  const heading = document.createElement("strong");
  heading.textContent = title;
  const words = document.createElement("span");
  words.textContent = text;
  told.append(heading, " ", words, ...choices.map(choice));
  place().replaceChildren(told);
  return told;
}

export function refused({ title, detail, next_step: nextStep }) {
  const said = [detail === title ? "" : detail, nextStep].filter(Boolean);
  tell("error", title, said.map((one) => one[0].toUpperCase() + one.slice(1)).join(". ").replaceAll("..", "."));
}

export const clear = () => place().replaceChildren();

function choice([label, act]) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet small";
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}
