// The rows of a list that are acted on together: how many are selected, and the row that has the focus.

// Shows in the bar of acts how many of the checkboxes are checked.
export function showSelected(bar, boxes) {
  if (!bar) return;
  const every = bar.querySelector("[data-select-all]");
  const selected = boxes.filter((box) => box.checked).length;
  every.checked = selected > 0 && selected === boxes.length;
  every.indeterminate = selected > 0 && !every.checked;
  bar.querySelector("[data-selected]").textContent = selected ? `${selected} selected` : "Select all on this page";
  bar.querySelector("[data-bulk-actions]").hidden = selected === 0;
  bar.hidden = boxes.length === 0;
}

export const focusedRow = () => document.activeElement.closest(".case-row");

// Moves the focus by so many rows, and into the list.
export function focusRow(list, by) {
  const links = [...list.querySelectorAll(".row-link")];
  const index = links.indexOf(focusedRow()?.querySelector(".row-link"));
  links[Math.min(Math.max(index + by, 0), links.length - 1)]?.focus();
}
