// Live captions. Whole segments are transcribed at once, so the captions of a batch are shown one after the other, at
// the pace of reading. Pure functions: the time is an argument, in milliseconds.

export type Caption = { id: string; from: string; text: string; language: string };

export type Captions = {
  lines: readonly Caption[]; // on the screen, the latest last
  waiting: readonly Caption[]; // to be shown next
  nextAt: number; // time at which the next one may be shown
  known: ReadonlySet<string>; // ids
};

export const MOST_LINES = 3;
const LEAST = 1_200; // milliseconds for which a caption is the latest
const MOST = 6_000;
const PER_CHARACTER = 60;
const HURRY = 4; // waiting captions from which on they come faster

export const noCaptions: Captions = { lines: [], waiting: [], nextAt: 0, known: new Set() };

// Takes in what was transcribed. Of the first batch, which was said before, only the last lines are shown, at once.
export function receive(state: Captions, batch: readonly Caption[], now: number): Captions {
  const fresh = batch.filter((caption) => !state.known.has(caption.id));
  if (fresh.length === 0) return state;
  const known = new Set([...state.known, ...fresh.map((caption) => caption.id)]);
  if (state.known.size === 0) return { lines: fresh.slice(-MOST_LINES), waiting: [], nextAt: now, known };
  return advance({ ...state, waiting: [...state.waiting, ...fresh], known }, now);
}

// Shows the next caption, if the latest one could be read.
export function advance(state: Captions, now: number): Captions {
  const [next, ...waiting] = state.waiting;
  if (!next || now < state.nextAt) return state;
  const lines = [...state.lines, next].slice(-MOST_LINES);
  return { ...state, lines, waiting, nextAt: now + readingTime(next.text) / Math.max(1, waiting.length / HURRY) };
}

function readingTime(text: string): number {
  return Math.min(Math.max(text.length * PER_CHARACTER, LEAST), MOST);
}
