// Times in the viewer's zone: the server renders them in the class's zone, with the moment in `datetime`.
import { repeatedOffset } from "./repeated_times.js";
import { locale } from "./texts.js";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const STYLES = {
  time: { hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" },
  minute: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  day: { weekday: "short", day: "numeric", month: "short" },
  date: { day: "numeric", month: "short", year: "numeric" },
  both: { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};
const formats = new Map();

function format(style, withYear) {
  const key = `${style} ${withYear}`;
  if (!formats.has(key)) {
    const options = withYear ? { ...STYLES[style], year: "numeric" } : STYLES[style];
    formats.set(key, new Intl.DateTimeFormat(locale, options));
  }
  return formats.get(key);
}

const zoneName = (zone) => zone.replaceAll("_", " ");
const differs = (zone) => zone && zone !== HERE;

// Whether clocks of a zone show other times than those here at the moments that stand before its name.
function showsOtherTimes(mark) {
  const zone = mark.dataset.classZone;
  if (!differs(zone)) return false;
  const moments = [...(mark.parentElement?.querySelectorAll("time") ?? [])].map((time) => new Date(time.dateTime));
  const there = new Intl.DateTimeFormat("en", { dateStyle: "short", timeStyle: "short", timeZone: zone });
  const here = new Intl.DateTimeFormat("en", { dateStyle: "short", timeStyle: "short", timeZone: HERE });
  return moments.length === 0 || moments.some((at) => there.format(at) !== here.format(at));
}

// Converts the times below `root`, which may be a fragment that is not in the page yet.
export function localize(root) {
  for (const time of root.querySelectorAll("time[data-style]")) {
    if (differs(time.dataset.zone) && !time.title) time.title = `${time.textContent} ${zoneName(time.dataset.zone)}`;
    time.textContent = momentText(time.dateTime, time.dataset.style);
  }
  for (const mark of root.querySelectorAll("text[data-moment]")) {
    mark.textContent = momentText(mark.dataset.moment, "minute");
  }
  for (const zone of root.querySelectorAll("[data-class-zone]")) {
    if (!showsOtherTimes(zone)) zone.textContent = zoneName(zone.dataset.classZone);
  }
}

// A date of another year has its year, a time that occurs twice because clocks go back the name of its offset.
export function momentText(iso, style) {
  const at = new Date(iso);
  const otherYear = "weekday" in STYLES[style] && at.getFullYear() !== new Date().getFullYear();
  const text = format(style, otherYear).format(at);
  const offset = "minute" in STYLES[style] ? repeatedOffset(at, HERE) : "";
  return offset ? `${text} ${offset}` : text;
}
