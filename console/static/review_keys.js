// Keys of the review page. Single keys are ignored while typing, in dialogs, and when they are switched off.

export function listen(actions, { on }) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const action = chord(event, actions) ?? (on() ? single(event, actions) : null);
    if (!action) return;
    event.preventDefault();
    action();
  });
}

// Keys with Ctrl, Cmd or Alt also work while typing.
function chord(event, actions) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return actions.approve;
  if (event.altKey && event.key === "ArrowUp") return actions.up;
  if (event.altKey && event.key === "ArrowDown") return actions.down;
  return null;
}

function single(event, actions) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return null;
  const control = event.target.closest("button, a, summary, input, [data-at]");
  if ((event.key === " " || event.key === "Enter") && control) return null;
  const actionOf = { j: "next", k: "previous", e: "edit", Enter: "edit", n: "add", c: "cite", x: "remove", u: "undo", t: "transcript", m: "choose", s: "save", a: "audience", v: "hear", r: "ask", d: "history", "]": "skip", "?": "keys", " ": "sound", Escape: "back" };
  const inTranscript = event.target.closest("[data-transcript]");
  if (event.key === "ArrowDown" && !inTranscript) return actions.next;
  if (event.key === "ArrowUp" && !inTranscript) return actions.previous;
  return actions[actionOf[event.key]] ?? null;
}
