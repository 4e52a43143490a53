// The review of one draft: statements beside the transcript, decided on without leaving the keyboard.
import { open } from "./dialogs.js";
import { goToLine, playCited, playing, toggle } from "./player.js";
import { Draft } from "./review_draft.js";
import { listen } from "./review_keys.js";
import { Refused, server as serverAt } from "./review_server.js";
import { clear, refused, tell } from "./review_told.js";
import { cardOf, draw, grow, keyOf, point, select } from "./review_view.js";
import { momentText } from "./times.js";
import { say, sayOnNextPage } from "./toasts.js";

const page = document.querySelector("[data-review]");
const root = page.querySelector("[data-sections]");
const server = serverAt(page.dataset.review);
const loaded = JSON.parse(page.querySelector("[data-draft]").textContent);
const draft = new Draft(loaded);
const dialog = (name) => document.getElementById(`dialog-${name}`);
const settings = { keys: "homeroom:keys", sound: "homeroom:sound" };
const isOn = (name) => localStorage.getItem(settings[name]) !== "off";
let here = null; // key of the selected statement
let heard = null; // key of the one whose words were pointed at last
let quiet = false; // selecting plays nothing while this page moves the focus by itself
let newer = null; // the revision somebody else saved
let sending = false;

// --- drawing

function redraw(focus = here, field = "", first = false) {
  draw(draft, root);
  page.querySelector("[data-empty]").hidden = draft.statements.length > 0;
  tellState();
  here = draft.find(focus) ? focus : draft.statements[0]?.key ?? null;
  select(here);
  if (!here) return;
  quiet = true;
  (field ? cardOf(here).querySelector(field) : cardOf(here)).focus({ preventScroll: first });
  quiet = false;
}

function tellState() {
  page.querySelector("[data-revision]").textContent = `revision ${draft.revision}`;
  const state = page.querySelector("[data-state-text]");
  const text = !draft.waits ? "" : draft.changed ? "Unsaved changes" : "";
  if (state.textContent !== text) state.textContent = text;
  const field = document.querySelector("[data-revision-field]");
  if (field) field.value = draft.revision;
}

// --- going through the statements

function goTo(key, { sound = isOn("sound") } = {}) {
  const statement = draft.find(key);
  if (!statement) return;
  here = heard = key;
  select(key);
  point(statement);
  if (sound && statement.citations.length) playCited(cited(statement), cardOf(key).querySelector(".play"));
}

const cited = (statement) => [...new Set(statement.citations.map((one) => one.utterance_id))];

function step(by) {
  const cards = [...root.querySelectorAll(".statement")];
  const index = cards.indexOf(cardOf(here));
  const inside = document.activeElement?.closest(".statement") === cards[index] && index >= 0;
  const next = cards[inside ? Math.min(Math.max(index + by, 0), cards.length - 1) : Math.max(index, 0)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// --- choosing words of the transcript

const boxes = () => [...page.querySelectorAll("[data-choose]:checked")];

function chosen() {
  const selection = getSelection();
  const line = selection.anchorNode?.parentElement?.closest("[data-utterance]");
  const text = selection.toString().replace(/\s+/g, " ").trim();
  const whole = line?.querySelector(".words").textContent.replace(/\s+/g, " ").trim();
  if (text && whole?.includes(text)) return [{ utterance_id: line.dataset.utterance, quote: text }];
  return boxes().map((box) => {
    const own = box.closest("[data-utterance]");
    const quote = own.querySelector(".words").textContent.replace(/\s+/g, " ").trim();
    return { utterance_id: own.dataset.utterance, quote };
  });
}

function leaveChosen() {
  for (const box of boxes()) box.checked = false;
  getSelection().removeAllRanges();
  tellChosen();
}

function tellChosen() {
  const count = boxes().length;
  page.querySelector("[data-chosen]").textContent = count ? `${count} selected: n for a new statement, c to cite` : "";
}

// --- editing

const editing = {
  add() {
    const key = (heard = draft.add(here, chosen()));
    leaveChosen();
    redraw(key, "textarea");
    point(draft.find(key));
  },
  cite() {
    const words = chosen();
    if (!here || !words.length) return say("Select utterances in the transcript first: t goes there, m selects.");
    draft.cite(here, words);
    leaveChosen();
    redraw();
    point(draft.find(here));
  },
  remove() {
    if (!here) return;
    const cards = [...root.querySelectorAll(".statement")].map((card) => card.dataset.key);
    const next = cards[cards.indexOf(here) + 1] ?? cards[cards.indexOf(here) - 1];
    draft.remove(here);
    redraw(next);
    point(draft.find(here));
    say("Statement removed.", editing.undo);
  },
  undo() {
    const known = new Set(draft.statements.map((one) => one.key));
    if (draft.undo()) redraw(draft.statements.find((one) => !known.has(one.key))?.key ?? here);
  },
  up: () => move(-1),
  down: () => move(1),
  uncite(button) {
    draft.uncite(here, Number(button.dataset.index));
    redraw();
  },
};

function move(by) {
  const field = document.activeElement?.matches(".statement textarea") ? "textarea" : "";
  if (here && draft.move(here, by)) redraw(here, field);
}

root.addEventListener("input", (event) => {
  const { target } = event;
  const part = target.matches("textarea") ? "text" : target.dataset.part;
  if (!part || part === "section") return;
  if (part === "text") grow(target);
  draft.edit(keyOf(target), part, target.value.replace(/\s*\n\s*/g, " "));
  tellState();
});
root.addEventListener("change", (event) => {
  if (event.target.dataset.part !== "section") return;
  draft.putIn(keyOf(event.target), event.target.value);
  redraw(keyOf(event.target), "[data-part=section]");
});
root.addEventListener("focusin", (event) => {
  const key = keyOf(event.target);
  if (!key || key === heard || quiet) return;
  const button = event.target.closest("button, select");
  goTo(key, { sound: isOn("sound") && !button });
});
root.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || !event.target.matches("textarea, input")) return;
  if (event.key !== "Enter" && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  cardOf(keyOf(event.target)).focus();
});

// --- deciding

async function send(act) {
  if (sending || !draft.waits) return;
  sending = true;
  page.setAttribute("data-sending", "");
  clear();
  try {
    await act();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.problem.saved) draft.took(Number(error.problem.saved), draft.content);
    if (error.problem.code === "stale-revision") stale(Number(error.problem.current ?? draft.revision + 1));
    else refused(error.problem);
    tellState();
  } finally {
    sending = false;
    page.removeAttribute("data-sending");
  }
}

const deciding = {
  approve: () =>
    send(async () => {
      const statements = draft.changed ? draft.content : null;
      const { next } = await server.approve({ based_on: draft.revision, statements });
      draft.forget();
      sayOnNextPage("Approved. Guardians will get the summary by email.");
      location.assign(next);
    }),
  save: () =>
    send(async () => {
      if (!draft.changed) return say("Nothing to save.");
      const content = draft.content;
      const { revision } = await server.save({ based_on: draft.revision, statements: content, reason: "" });
      draft.took(revision, content);
      newer = null;
      tellState();
      say(`Saved as revision ${revision}.`);
    }),
  ask: () => dialog("ask") && open(dialog("ask")),
  skip: () => location.assign(loaded.next),
  keys: () => open(dialog("keys")),
  history() {
    const history = page.querySelector("[data-history]");
    history.open = true;
    (history.querySelector("button") ?? history.querySelector("summary")).focus();
  },
};

// --- somebody else

function stale(current) {
  newer = current;
  const text = draft.changed
    ? `They saved revision ${current}. You're editing revision ${draft.revision}; your edits are kept.`
    : `They saved revision ${current}. You're looking at revision ${draft.revision}.`;
  const choices = [["See their changes", () => void seeTheirs()]];
  if (draft.changed) choices.push(["Keep mine", mine], ["Discard mine", theirs]);
  else choices.push(["Show latest", theirs]);
  tell("notice", "Someone else changed this draft.", text, choices);
}

async function seeTheirs() {
  const place = document.querySelector("[data-theirs]");
  place.innerHTML = await server.changes(draft.revision, newer);
  open(dialog("theirs"));
}

function mine() {
  draft.revision = newer;
  newer = null;
  draft.keep();
  void deciding.save();
}

function theirs() {
  draft.forget();
  location.reload();
}

function follow() {
  const stream = new EventSource(page.dataset.stream);
  stream.addEventListener("changed", () => void look());
}

async function look() {
  const now = await server.state().catch(() => null);
  if (!now || sending) return;
  if (draft.waits && !now.waits) decided();
  else if (now.revision > Math.max(draft.revision, newer ?? 0)) stale(now.revision);
}

function decided() {
  tell("notice", "Someone else has decided on this draft.", draft.changed ? "Your edits are kept on this device." : "", [
    ["Next in the queue", () => location.assign(loaded.next)],
    ["Show latest", () => location.reload()],
  ]);
}

// --- wiring

const acts = {
  ...editing,
  ...deciding,
  next: () => step(1),
  previous: () => step(-1),
  edit: () => cardOf(here)?.querySelector("textarea").focus(),
  sound: () => (playing() && draft.find(here)?.citations.some((one) => one.utterance_id === playing()) ? toggle() : goTo(here, { sound: true })),
  transcript: () => goToLine(page.querySelector("[data-cited]") ?? page.querySelector("[data-utterance]")),
  back: () => cardOf(here)?.focus(),
  choose() {
    const box = document.activeElement?.closest("[data-utterance]")?.querySelector("[data-choose]");
    if (!box) return say("Press t to go to the transcript first.");
    box.checked = !box.checked;
    tellChosen();
  },
};
const readOnly = ["next", "previous", "sound", "transcript", "back", "history", "skip", "keys"];
const allowed = draft.waits ? acts : Object.fromEntries(readOnly.map((name) => [name, acts[name]]));
listen(allowed, { on: () => isOn("keys") });

page.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button || button.matches("a")) return;
  const key = keyOf(button);
  if (key) here = key;
  acts[button.dataset.do](button);
});
page.addEventListener("change", (event) => event.target.matches("[data-choose]") && tellChosen());
for (const box of document.querySelectorAll("[data-setting]")) {
  box.checked = isOn(box.dataset.setting);
  box.addEventListener("change", () => localStorage.setItem(settings[box.dataset.setting], box.checked ? "on" : "off"));
}
document.addEventListener("homeroom:done", (event) => event.target.closest("#dialog-ask") && setTimeout(() => location.reload(), 0));

const before = draft.restore();
redraw(null, "", true);
point(draft.find(here));
if (before) {
  const at = momentText(before.at, "both");
  if (before.revision !== draft.revision) {
    const current = draft.revision;
    draft.revision = before.revision;
    tellState();
    stale(current);
  } else tell("notice", "Your unsaved edits are back.", `From ${at}.`, [["Discard", theirs]]);
}
follow();
