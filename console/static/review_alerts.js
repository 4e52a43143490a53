// The alert above the draft: a refused command, or a change by somebody else, with buttons to choose from.

const container = () => document.querySelector("[data-alert]");

export function showAlert(kind, title, text, choices = []) {
  const alert = document.createElement("div");
  alert.className = kind === "error" ? "error-state" : "notice";
  alert.setAttribute("role", "alert");
  const heading = document.createElement("strong");
  heading.textContent = title;
  const message = document.createElement("span");
  message.textContent = text;
  alert.append(heading, " ", message, ...choices.map(choice));
  container().replaceChildren(alert);
  return alert;
}

export function showRefusal({ title, detail, next_step: nextStep }) {
  const sentences = [detail === title ? "" : detail, nextStep].filter(Boolean);
  showAlert("error", title, sentences.map((text) => text[0].toUpperCase() + text.slice(1)).join(". ").replaceAll("..", "."));
}

export const clearAlert = () => container().replaceChildren();

function choice([label, act]) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "button quiet small";
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}
