// A button with `data-copies` copies the value of the input with that id to the clipboard.
import { gettext } from "./texts.js";
import { toast } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copies);
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    toast(gettext("Copied."));
  } catch {
    toast(gettext("Selected. Copy it with your keyboard."));
  }
});
