// A button with `data-copies` puts what the input of that id holds on the clipboard.
import { say } from "./toasts.js";

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copies]");
  if (!button) return;
  const input = document.getElementById(button.dataset.copies);
  input.select();
  try {
    await navigator.clipboard.writeText(input.value);
    say("Copied.");
  } catch {
    say("Selected. Copy it with your keyboard.");
  }
});
