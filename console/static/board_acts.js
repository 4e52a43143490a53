// What is done from a row of the board: a button or a key opens a dialog, whose form the server writes.
import { contentFrom, open } from "./dialogs.js";
import { keysAreOn, watchSetting } from "./single_keys.js";
import { localize } from "./times.js";

const ACT_OF_KEY = { n: "nudge", s: "substitute", o: "observe", e: "extend", m: "message" };
const dialog = document.querySelector("#dialog-act");
const body = dialog.querySelector("[data-act-body]");
let asked = 0; // of several quick requests, the last one counts

const sessionOf = (element) => element?.closest(".board-item")?.id.slice("session-".length);

async function ask(act, sessionId, opener) {
  const number = ++asked;
  const html = await contentFrom(`/today/classes/${sessionId}/${act}`, "act-unreachable");
  if (html === null || number !== asked || dialog.open) return;
  body.innerHTML = html;
  htmx.process(body);
  localize(body);
  open(dialog, opener);
  // In forms, the first thing to fill in; else the button that does it.
  (body.querySelector("textarea, select, input:not([type=hidden])") ?? body.querySelector(".confirm") ?? body.querySelector("[data-closes]"))?.focus();
}

export function actFrom(table) {
  table.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-act]");
    if (button) void ask(button.dataset.act, sessionOf(button), button);
  });
}

// A form that opens the room in a new tab leaves the board as it is.
body.addEventListener("submit", ({ target }) => {
  if (target.matches("[data-leads-away]")) dialog.close();
});

watchSetting();
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat || document.querySelector("dialog[open]")) return;
  if (event.target.closest("input:not([type=checkbox], [type=radio]), select, textarea") || !keysAreOn()) return;
  if (event.key === "?") {
    event.preventDefault();
    return open(document.getElementById("dialog-keys"));
  }
  const sessionId = sessionOf(document.activeElement);
  const act = ACT_OF_KEY[event.key];
  if (!act || !sessionId) return;
  event.preventDefault();
  void ask(act, sessionId, document.activeElement);
});
