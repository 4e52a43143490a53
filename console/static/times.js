// Times in the viewer's zone: the server renders them in the class's zone, with the moment in `datetime`.
const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const STYLES = {
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  minute: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { weekday: "short", day: "numeric", month: "short" },
  date: { day: "numeric", month: "short", year: "numeric" },
  both: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};
const formats = new Map(
  Object.entries(STYLES).map(([name, style]) => [name, new Intl.DateTimeFormat("en-GB", style)]),
);

const differs = (zone) => zone && zone !== HERE;

// Converts the times below `root`, which may be a fragment that is not in the page yet.
export function localize(root) {
  for (const time of root.querySelectorAll("time[data-style]")) {
    if (differs(time.dataset.zone) && !time.title) time.title = `${time.textContent} ${time.dataset.zone}`;
    time.textContent = formats.get(time.dataset.style).format(new Date(time.dateTime));
  }
  for (const mark of root.querySelectorAll("text[data-moment]")) {
    mark.textContent = formats.get("minute").format(new Date(mark.dataset.moment));
  }
  for (const zone of root.querySelectorAll("[data-class-zone]")) {
    if (!differs(zone.dataset.classZone)) zone.textContent = zone.dataset.classZone;
  }
}

export function momentText(iso, style) {
  return formats.get(style).format(new Date(iso));
}
