// Keys of the review page. A single key does nothing while somebody types, in a dialog, or when it is switched off.

export function listen(acts, { on }) {
  document.addEventListener("keydown", (event) => {
    if (document.querySelector("dialog[open]")) return;
    const act = chord(event, acts) ?? (on() ? single(event, acts) : null);
    if (!act) return;
    event.preventDefault();
    act();
  });
}

// With Ctrl, Cmd or Alt: these work while typing as well.
function chord(event, acts) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) return acts.approve;
  if (event.altKey && event.key === "ArrowUp") return acts.up;
  if (event.altKey && event.key === "ArrowDown") return acts.down;
  return null;
}

function single(event, acts) {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  if (event.target.closest("input:not([type=checkbox]), textarea, select")) return null;
  const pressed = event.target.closest("button, a, summary, input, [data-at]");
  if ((event.key === " " || event.key === "Enter") && pressed) return null;
  const named = { j: "next", k: "previous", e: "edit", Enter: "edit", n: "add", c: "cite", x: "remove", u: "undo", t: "transcript", m: "choose", s: "save", r: "ask", d: "history", "]": "skip", "?": "keys", " ": "sound", Escape: "back" };
  const inTranscript = event.target.closest("[data-transcript]");
  if (event.key === "ArrowDown" && !inTranscript) return acts.next;
  if (event.key === "ArrowUp" && !inTranscript) return acts.previous;
  return acts[named[event.key]] ?? null;
}
