// Wall times that occur twice because clocks go back.
const DAY = 24 * 3_600_000;
const BLOCK = 15 * 60_000; // clocks change at the start of one
const parts = new Map();
const names = new Map();
const known = new Map(); // by zone and block

function cached(cache, zone, options) {
  if (!cache.has(zone)) cache.set(zone, new Intl.DateTimeFormat("en-GB", { timeZone: zone, ...options }));
  return cache.get(zone);
}

// The offset from UTC in milliseconds.
function offset(at, zone) {
  const format = cached(parts, zone, {
    year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23",
  });
  const shown = Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, Number(value)]));
  const wall = Date.UTC(shown.year, shown.month - 1, shown.day, shown.hour, shown.minute, shown.second);
  return wall - Math.floor(at / 1000) * 1000;
}

// The name of the offset of a moment whose wall time occurs twice in the zone, such as CEST; empty for any other.
export function repeatedOffset(at, zone) {
  const key = `${zone} ${Math.floor(at / BLOCK)}`;
  if (!known.has(key)) known.set(key, findRepeatedOffset(new Date(at), zone));
  return known.get(key);
}

function findRepeatedOffset(at, zone) {
  const own = offset(at, zone);
  const isTwin = (other) => other !== own && offset(new Date(at.getTime() + own - other), zone) === other;
  const near = [-DAY, DAY].map((shift) => offset(new Date(at.getTime() + shift), zone));
  if (!near.some(isTwin)) return "";
  const named = cached(names, zone, { timeZoneName: "short" }).formatToParts(at);
  return named.find(({ type }) => type === "timeZoneName").value;
}
