// The review page: edit a draft beside its transcript and decide on it, by mouse or keyboard.
import { open } from "./dialogs.js";
import { goToLine, playCited, playing, toggle } from "./player.js";
import { Draft } from "./review_draft.js";
import { listen } from "./review_keys.js";
import { Refused, server as serverAt } from "./review_server.js";
import { clearAlert, showAlert, showRefusal } from "./review_alerts.js";
import { askAudience, narrowed, warningText } from "./review_audience.js";
import { doubtKey, doubtText, hear } from "./review_numbers.js";
import { cardOf, draw, drawChecks, grow, highlightSource, keyOf, select } from "./review_view.js";
import { gettext, ngettext } from "./texts.js";
import { momentText } from "./times.js";
import { toast, toastOnNextPage } from "./toasts.js";

const page = document.querySelector("[data-review]");
const root = page.querySelector("[data-sections]");
const server = serverAt(page.dataset.review);
const loaded = JSON.parse(page.querySelector("[data-draft]").textContent);
const draft = new Draft(loaded);
const dialog = (name) => document.getElementById(`dialog-${name}`);
const settings = { keys: "homeroom:keys", sound: "homeroom:sound" };
const isOn = (name) => localStorage.getItem(settings[name]) !== "off";
let selected = null; // key of the selected statement
let highlighted = null; // key of the statement whose source was highlighted last
let quiet = false; // while the page itself moves the focus, selecting plays nothing
let newer = null; // the revision somebody else saved
let sending = false;

// --- rendering

function redraw(focus = selected, field = "", first = false) {
  draw(draft, root);
  page.querySelector("[data-empty]").hidden = draft.statements.length > 0;
  updateState();
  selected = draft.find(focus) ? focus : draft.statements[0]?.key ?? null;
  select(selected);
  if (!selected) return;
  quiet = true;
  (field ? cardOf(selected).querySelector(field) : cardOf(selected)).focus({ preventScroll: first });
  quiet = false;
}

function updateState() {
  page.querySelector("[data-revision]").textContent = gettext("revision %(number)s", { number: draft.revision });
  const state = page.querySelector("[data-state-text]");
  const text = !draft.waits ? "" : draft.changed ? gettext("Unsaved changes") : "";
  if (state.textContent !== text) state.textContent = text;
  const field = document.querySelector("[data-revision-field]");
  if (field) field.value = draft.revision;
}

// --- who reads what

const PREVIEW_AFTER = 300; // ms without typing
let previewing = 0;

// Asks the server whom the edited statements are for; a late answer to an earlier question is dropped.
function previewSoon() {
  const question = ++previewing;
  setTimeout(() => question === previewing && void preview(question), PREVIEW_AFTER);
}

async function preview(question) {
  if (!draft.waits) return;
  const answer = await server.preview(draft.content).catch(() => null);
  if (!answer || question !== previewing) return;
  draft.apply(answer);
  drawChecks(draft);
}

const warned = () => draft.whole.filter((statement) => statement.outside.length);

function narrow(statement) {
  const { kind, students } = narrowed(statement);
  draft.setAudience(statement.key, kind, students);
  draft.find(statement.key).outside = [];
}

// --- moving between statements

function goTo(key, { sound = isOn("sound") } = {}) {
  const statement = draft.find(key);
  if (!statement) return;
  selected = highlighted = key;
  select(key);
  highlightSource(statement);
  if (sound && statement.citations.length) playCited(cited(statement), cardOf(key).querySelector(".play"));
}

const cited = (statement) => [...new Set(statement.citations.map((citation) => citation.utterance_id))];

function step(by) {
  const cards = [...root.querySelectorAll(".statement")];
  const index = cards.indexOf(cardOf(selected));
  const inside = document.activeElement?.closest(".statement") === cards[index] && index >= 0;
  const next = cards[inside ? Math.min(Math.max(index + by, 0), cards.length - 1) : Math.max(index, 0)];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
}

// --- selecting in the transcript

const checkedBoxes = () => [...page.querySelectorAll("[data-choose]:checked")];

function selectedQuotes() {
  const selection = getSelection();
  const line = selection.anchorNode?.parentElement?.closest("[data-utterance]");
  const text = selection.toString().replace(/\s+/g, " ").trim();
  const fullText = line?.querySelector(".words").textContent.replace(/\s+/g, " ").trim();
  if (text && fullText?.includes(text)) return [{ utterance_id: line.dataset.utterance, quote: text }];
  return checkedBoxes().map((box) => {
    const own = box.closest("[data-utterance]");
    const quote = own.querySelector(".words").textContent.replace(/\s+/g, " ").trim();
    return { utterance_id: own.dataset.utterance, quote };
  });
}

function clearSelection() {
  for (const box of checkedBoxes()) box.checked = false;
  getSelection().removeAllRanges();
  updateSelectionCount();
}

function updateSelectionCount() {
  const count = checkedBoxes().length;
  page.querySelector("[data-chosen]").textContent = count ? ngettext("%(count)s selected: n for a new statement, c to cite", "%(count)s selected: n for a new statement, c to cite", count) : "";
}

// --- editing

const editing = {
  add() {
    const key = (highlighted = draft.add(selected, selectedQuotes()));
    clearSelection();
    redraw(key, ".section-choice button");
    highlightSource(draft.find(key));
  },
  section(button) {
    draft.setSection(selected, button.dataset.value);
    redraw(selected, draft.find(selected).section === "comprehension" ? "[data-part=question]" : "textarea");
    previewSoon();
  },
  audience() {
    const statement = draft.find(selected);
    if (!statement) return;
    askAudience(dialog("audience"), statement, (kind, students) => {
      draft.setAudience(statement.key, kind, students);
      redraw(statement.key);
      previewSoon();
    });
  },
  narrow() {
    narrow(draft.find(selected));
    redraw(selected);
    previewSoon();
  },
  cite() {
    const words = selectedQuotes();
    if (!selected || !words.length) return toast(gettext("Select utterances first: press t to go to the transcript, m to select."));
    draft.cite(selected, words);
    clearSelection();
    redraw();
    previewSoon();
    highlightSource(draft.find(selected));
  },
  remove() {
    if (!selected) return;
    const cards = [...root.querySelectorAll(".statement")].map((card) => card.dataset.key);
    const next = cards[cards.indexOf(selected) + 1] ?? cards[cards.indexOf(selected) - 1];
    draft.remove(selected);
    redraw(next);
    highlightSource(draft.find(selected));
    toast(gettext("Statement removed."), editing.undo);
  },
  undo() {
    const present = new Set(draft.statements.map((statement) => statement.key));
    if (!draft.undo()) return;
    redraw(draft.statements.find((statement) => !present.has(statement.key))?.key ?? selected);
    previewSoon();
  },
  up: () => move(-1),
  down: () => move(1),
  uncite(button) {
    draft.uncite(selected, Number(button.dataset.index));
    redraw();
    previewSoon();
  },
};

function move(by) {
  const field = document.activeElement?.matches(".statement textarea") ? "textarea" : "";
  if (selected && draft.move(selected, by)) redraw(selected, field);
}

root.addEventListener("input", (event) => {
  const { target } = event;
  const part = target.matches("textarea") ? "text" : target.dataset.part;
  if (!part || part === "section") return;
  const key = keyOf(target);
  const value = target.value.replace(/\s*\n\s*/g, " ");
  const text = cardOf(key).querySelector("textarea");
  if (part === "question" || part === "answer") {
    draft.editCheck(key, part, value);
    text.value = draft.find(key).text;
  } else draft.edit(key, part, value);
  grow(text);
  updateState();
  previewSoon();
});
root.addEventListener("change", (event) => {
  if (event.target.dataset.part !== "section") return;
  draft.setSection(keyOf(event.target), event.target.value);
  redraw(keyOf(event.target), "[data-part=section]");
});
root.addEventListener("focusin", (event) => {
  const key = keyOf(event.target);
  if (!key || key === highlighted || quiet) return;
  const button = event.target.closest("button, select");
  goTo(key, { sound: isOn("sound") && !button });
});
root.addEventListener("keydown", (event) => {
  const choice = event.target.closest(".section-choice");
  const button = choice?.querySelectorAll("button")[Number(event.key) - 1];
  if (button && !event.ctrlKey && !event.metaKey && !event.altKey) {
    event.preventDefault();
    button.click();
    return;
  }
  if (event.ctrlKey || event.metaKey || !event.target.matches("textarea, input")) return;
  if (event.key !== "Enter" && event.key !== "Escape") return;
  event.preventDefault();
  event.stopPropagation();
  cardOf(keyOf(event.target)).focus();
});

// --- saving and deciding

async function send(command) {
  if (sending || !draft.waits) return;
  sending = true;
  page.setAttribute("data-sending", "");
  clearAlert();
  try {
    await command();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    if (error.problem.saved) draft.markSaved(Number(error.problem.saved), draft.content);
    if (error.problem.code === "stale-revision") showStale(Number(error.problem.current ?? draft.revision + 1));
    else showRefusal(error.problem);
    updateState();
  } finally {
    sending = false;
    page.removeAttribute("data-sending");
  }
}

// Whether every new statement has its section; if one has none, its choice gets the focus.
function isFinished() {
  const statement = draft.unfinished;
  if (!statement) return true;
  showAlert("error", gettext("Choose a section for the new statement."), gettext("Press 1 to 5, or click one."));
  selected = statement.key;
  select(selected);
  cardOf(selected).querySelector(".section-choice button").focus();
  return false;
}

function askAboutWarnings() {
  const items = warned().map((statement) => {
    const item = document.createElement("li");
    const quote = document.createElement("q");
    quote.textContent = statement.text;
    item.append(quote, ` ${warningText(statement, draft.students)}`);
    return item;
  });
  dialog("warnings").querySelector("[data-warned]").replaceChildren(...items);
  open(dialog("warnings"));
}

// The doubtful numbers that nobody has listened to or confirmed on this page.
const unheard = () => draft.whole.flatMap((statement) => statement.doubtful).filter((doubt) => !draft.heard.has(doubtKey(doubt)));

function askAboutNumbers() {
  const items = unheard().map((doubt) => {
    const item = document.createElement("li");
    const button = document.createElement("button");
    button.type = "button";
    button.className = "play";
    button.setAttribute("aria-label", gettext("Hear “%(number)s”", { number: doubt.number }));
    button.addEventListener("click", () => hear(doubt, button));
    item.append(button, ` ${doubtText(doubt)}`);
    return item;
  });
  dialog("numbers").querySelector("[data-numbers]").replaceChildren(...items);
  open(dialog("numbers"));
}

const deciding = {
  async approve() {
    if (sending || !draft.waits || !isFinished()) return;
    if (draft.changed) await preview(++previewing);
    if (unheard().length) askAboutNumbers();
    else await deciding.approveHeard();
  },
  async numbersSeen() {
    for (const doubt of unheard()) draft.heard.add(doubtKey(doubt));
    dialog("numbers").close();
    drawChecks(draft);
    await deciding.approveHeard();
  },
  async approveHeard() {
    if (warned().length) askAboutWarnings();
    else await deciding.approveAnyway();
  },
  async narrowAll() {
    warned().forEach(narrow);
    redraw();
    await deciding.approveAnyway();
  },
  approveAnyway: () =>
    send(async () => {
      dialog("warnings").close();
      const statements = draft.changed ? draft.content : null;
      const { next } = await server.approve({ based_on: draft.revision, statements });
      draft.discardCopy();
      toastOnNextPage(gettext("Approved. Guardians will get the summary by email."));
      location.assign(next);
    }),
  save: () =>
    send(async () => {
      if (!isFinished()) return;
      if (!draft.changed) return toast(gettext("Nothing to save."));
      const content = draft.content;
      const { revision } = await server.save({ based_on: draft.revision, statements: content, reason: "" });
      draft.markSaved(revision, content);
      newer = null;
      updateState();
      toast(gettext("Saved as revision %(number)s.", { number: revision }));
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

// --- changes by somebody else

function showStale(current) {
  newer = current;
  const text = draft.changed
    ? gettext("They saved revision %(theirs)s. You're editing revision %(yours)s; your edits are kept.", { theirs: current, yours: draft.revision })
    : gettext("They saved revision %(theirs)s. You're looking at revision %(yours)s.", { theirs: current, yours: draft.revision });
  const choices = [[gettext("See their changes"), () => void seeTheirs()]];
  if (draft.changed) choices.push([gettext("Keep mine"), keepMine], [gettext("Discard mine"), discardMine]);
  else choices.push([gettext("Show latest"), discardMine]);
  showAlert("notice", gettext("Someone else changed this draft."), text, choices);
}

async function seeTheirs() {
  const container = document.querySelector("[data-theirs]");
  container.innerHTML = await server.changes(draft.revision, newer);
  open(dialog("theirs"));
}

function keepMine() {
  draft.revision = newer;
  newer = null;
  draft.store();
  void deciding.save();
}

function discardMine() {
  draft.discardCopy();
  location.reload();
}

function follow() {
  const stream = new EventSource(page.dataset.stream);
  stream.addEventListener("changed", () => void checkForChanges());
}

async function checkForChanges() {
  const current = await server.state().catch(() => null);
  if (!current || sending) return;
  if (draft.waits && !current.waits) showDecided();
  else if (current.revision > Math.max(draft.revision, newer ?? 0)) showStale(current.revision);
}

function showDecided() {
  showAlert("notice", gettext("Someone else has decided on this draft."), draft.changed ? gettext("Your edits are kept on this device.") : "", [
    [gettext("Next in the queue"), () => location.assign(loaded.next)],
    [gettext("Show latest"), () => location.reload()],
  ]);
}

// --- wiring

const actions = {
  ...editing,
  ...deciding,
  next: () => step(1),
  previous: () => step(-1),
  edit: () => cardOf(selected)?.querySelector("textarea").focus(),
  sound: () => (playing() && draft.find(selected)?.citations.some((citation) => citation.utterance_id === playing()) ? toggle() : goTo(selected, { sound: true })),
  transcript: () => goToLine(page.querySelector("[data-cited]") ?? page.querySelector("[data-utterance]")),
  back: () => cardOf(selected)?.focus(),
  hear(button) {
    const own = draft.find(selected)?.doubtful ?? [];
    const doubt = button ? own[Number(button.dataset.index)] : own.find((one) => !draft.heard.has(doubtKey(one))) ?? own[0];
    if (!doubt) return toast(gettext("This statement has no doubtful number."));
    draft.heard.add(doubtKey(doubt));
    drawChecks(draft);
    hear(doubt, cardOf(selected).querySelector(`.doubts [data-index="${own.indexOf(doubt)}"]`));
  },
  choose() {
    const box = document.activeElement?.closest("[data-utterance]")?.querySelector("[data-choose]");
    if (!box) return toast(gettext("Press t to go to the transcript first."));
    box.checked = !box.checked;
    updateSelectionCount();
  },
};
const readOnly = ["next", "previous", "sound", "hear", "transcript", "back", "history", "skip", "keys"];
const allowed = draft.waits ? actions : Object.fromEntries(readOnly.map((name) => [name, actions[name]]));
listen(allowed, { on: () => isOn("keys") });

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-do]");
  if (!button || button.matches("a")) return;
  const key = keyOf(button);
  if (key) selected = key;
  actions[button.dataset.do](button);
});
page.addEventListener("change", (event) => event.target.matches("[data-choose]") && updateSelectionCount());
for (const box of document.querySelectorAll("[data-setting]")) {
  box.checked = isOn(box.dataset.setting);
  box.addEventListener("change", () => localStorage.setItem(settings[box.dataset.setting], box.checked ? "on" : "off"));
}
document.addEventListener("homeroom:done", (event) => event.target.closest("#dialog-ask") && setTimeout(() => location.reload(), 0));

const restored = draft.restore();
redraw(null, "", true);
highlightSource(draft.find(selected));
if (restored) {
  previewSoon();
  const at = momentText(restored.at, "both");
  if (restored.revision !== draft.revision) {
    const current = draft.revision;
    draft.revision = restored.revision;
    updateState();
    showStale(current);
  } else showAlert("notice", gettext("Your unsaved edits are back."), gettext("From %(at)s.", { at }), [[gettext("Discard"), discardMine]]);
}
follow();
