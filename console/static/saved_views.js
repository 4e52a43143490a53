// Saved views of a list: which of them the address shows, and what a new one would keep.
const links = document.querySelectorAll("[data-view]");
const kept = document.querySelector("[data-view-query]");

const IGNORED = new Set(["cursor", "flash"]);
const AS_WITHOUT = new Set(["when=coming", "sort=starts_at", "limit=50"]); // the list is the same without them

function filtersOf(query) {
  const given = [...new URLSearchParams(query)];
  const changing = ([name, value]) => value && !IGNORED.has(name) && !AS_WITHOUT.has(`${name}=${value}`);
  const filters = new URLSearchParams(given.filter(changing));
  filters.sort();
  return String(filters);
}

export function showView() {
  const here = filtersOf(location.search);
  for (const link of links) {
    const shown = filtersOf(link.dataset.view) === here || (link.hasAttribute("data-every") && !here);
    if (shown) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  if (kept) kept.value = location.search;
}
