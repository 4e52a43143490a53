// Keys without Ctrl or the like. They do nothing while somebody types, in dialogs, or when they are switched off.
const KEYS = "homeroom:keys"; // switched off on one page, they are off on all

export const keysAreOn = () => localStorage.getItem(KEYS) !== "off";

// The checkbox that switches them off.
export function watchSetting() {
  const setting = document.querySelector("[data-keys]");
  setting.checked = keysAreOn();
  setting.addEventListener("change", () => localStorage.setItem(KEYS, setting.checked ? "on" : "off"));
}

// Calls the action of a key.
export function listen(actions) {
  watchSetting();
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) return;
    if (event.target.closest("input:not([type=checkbox]), select, textarea") || !keysAreOn()) return;
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
  });
}
