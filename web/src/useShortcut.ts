// A key that does something in the class, wherever the focus is, except where it would be written.

import { useEffect } from "react";

const WRITING = "input, textarea, select, dialog, [contenteditable]";

export function useShortcut(key: string, run: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== key || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
      if (event.target instanceof Element && event.target.closest(WRITING)) return;
      run();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [key, run]);
}
