// Pages that answer a form. The history has the page with the form in their place, so that neither Back nor Reload asks
// whether to send the form again. What was entered, there and in the answer, is in the forms when they are shown again.
const KEY = "homeroom:sent"; // in this tab, from the form to its answer
// Of attributes, because a control named "action" hides the property.
const isSent = (form) =>
  form?.getAttribute("method") === "post" && !form.hasAttribute("hx-post") && form.getAttribute("target") !== "_blank";
const addressOf = (url) => new URL(url, location.href).href.split("#")[0];
const actionOf = (form) => addressOf(form.getAttribute("action") ?? location.href);
const isKept = (control) => control.name && !["file", "password", "submit", "button", "image"].includes(control.type);
const isChosen = (control) => ["checkbox", "radio"].includes(control.type);
const chosen = (control) => (control.checked ? [control.value] : []);
const current = (control) => (control.multiple ? [...control.selectedOptions].map((one) => one.value) : [control.value]);

// What a form has, by name of its controls.
function entered(form) {
  const values = {};
  for (const control of form.elements)
    if (isKept(control)) (values[control.name] ??= []).push(...(isChosen(control) ? chosen(control) : current(control)));
  return values;
}

function enter(form, values, { hidden }) {
  const left = structuredClone(values);
  for (const control of [...form.elements].filter(isKept)) {
    const own = left[control.name];
    if (!own) continue;
    if (isChosen(control)) control.checked = own.includes(control.value);
    else if (control.multiple) for (const one of control.options) one.selected = own.includes(one.value);
    else {
      const value = own.shift();
      if (control.type === "hidden" ? hidden : value !== undefined) control.value = value;
    }
    control.dispatchEvent(new Event("change", { bubbles: true }));
  }
}

function keep(sent) {
  try {
    history.replaceState({ sent }, "", sent.from);
  } catch {
    history.replaceState({ sent: { ...sent, values: {} } }, "", sent.from); // more than the browser keeps
  }
}

function begin() {
  const stored = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  const forms = [...document.forms].filter(isSent);
  if (document.documentElement.hasAttribute("data-answers-form")) {
    const sent = JSON.parse(stored ?? "null");
    if (sent?.action !== addressOf(location.href)) return; // it was sent without this script
    const before = forms.map((form) => [form, actionOf(form)]);
    keep(sent);
    for (const [form, action] of before)
      if (action === sent.action) note(form, action);
      else if (sent.values[action]) enter(form, sent.values[action], { hidden: false });
    return;
  }
  const values = history.state?.sent?.values ?? {};
  for (const form of forms) if (values[actionOf(form)]) enter(form, values[actionOf(form)], { hidden: true });
}

function note(form, action = actionOf(form)) {
  const { sent } = history.state;
  keep({ ...sent, values: { ...sent.values, [action]: { ...sent.values[action], ...entered(form) } } });
}

document.addEventListener("submit", ({ target, defaultPrevented }) => {
  if (defaultPrevented || !isSent(target)) return;
  const action = actionOf(target);
  const values = { ...history.state?.sent?.values, [action]: entered(target) };
  try {
    sessionStorage.setItem(KEY, JSON.stringify({ action, from: addressOf(location.href), values }));
  } catch {
    sessionStorage.setItem(KEY, JSON.stringify({ action, from: addressOf(location.href), values: {} }));
  }
});
document.addEventListener("change", ({ target }) => {
  if (history.state?.sent && isSent(target.form)) note(target.form);
});
begin();
