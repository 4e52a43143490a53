// Formats of the board: times in the viewer's zone and the class's, durations, and labels of codes.
import { repeatedOffset } from "./repeated_times.js";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;
const clocks = new Map();

const format = (zone, options) => {
  const key = zone + Object.keys(options);
  if (!clocks.has(key)) clocks.set(key, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return clocks.get(key);
};
const CLOCK = { hour: "2-digit", minute: "2-digit" };
const DAY = { weekday: "short" }; // the board spans two days

export const viewerZone = HERE;
export const clock = (at, zone = HERE) => {
  const offset = repeatedOffset(at, zone);
  return format(zone, CLOCK).format(at) + (offset && ` ${offset}`);
};
export const day = (at, zone = HERE) => format(zone, DAY).format(at);

export const when = (starts, ends, now) => {
  const span = `${clock(starts)}–${clock(ends)}`;
  return day(starts) === day(now) ? span : `${day(starts)} ${span}`;
};

// The class's own zone, with its time where that differs from the viewer's.
export const zoneOf = (starts, zone) => {
  const there = clock(starts, zone);
  if (there === clock(starts) && day(starts, zone) === day(starts)) return zone;
  return day(starts, zone) === day(starts) ? `${there} ${zone}` : `${day(starts, zone)} ${there} ${zone}`;
};

export const duration = (seconds) => {
  const whole = Math.round(seconds);
  if (whole < 90) return `${whole}s`;
  return whole < 5400 ? `${Math.round(whole / 60)}m` : `${Math.round(whole / 3600)}h`;
};

export const words = (code) => code.replaceAll("_", " ");

// Labels that the page's view has written, so that every page calls a case or a role the same.
const LABELS = JSON.parse(document.querySelector("#board-labels").textContent);
export const caseLabel = (kind) => LABELS.cases[kind] ?? words(kind);
export const roleLabel = (role) => LABELS.roles[role] ?? words(role);

export const reason = (code) => LABELS.reasons[code] ?? words(code);
export const ACTS = LABELS.acts; // what can be done from a row, by code: in a word, and in full

export const RECORDING = { on: "Recording", off: "Not recording", none: "–" };

// Without case and accents, as the server searches.
export const plain = (text) =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase("en").trim();
