// The page of an exception: "until tomorrow" means tomorrow where the reader is.
const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
document.addEventListener(
  "submit",
  ({ target }) => {
    if (target.matches("[data-browser-zone]")) target.elements.zone.value = zone;
  },
  true,
);
