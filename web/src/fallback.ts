// Audio-only fallback with hysteresis: video is dropped when the connection stays bad, and restored when it stays good.
// Pure functions: the time is an argument, in milliseconds.

export type Quality = "excellent" | "good" | "poor" | "lost" | "unknown";

export type Fallback = {
  audioOnly: boolean;
  since: number | null; // when the quality that calls for a change began
  restoreAfter: number; // doubles each time video is dropped again soon after it was restored
  restoredAt: number | null;
};

export const DROP_AFTER = 8_000;
export const RESTORE_AFTER = 20_000;
export const MAX_RESTORE_AFTER = 320_000;
const FLAPPING_WITHIN = 60_000;

export const start: Fallback = { audioOnly: false, since: null, restoreAfter: RESTORE_AFTER, restoredAt: null };

export function step(state: Fallback, quality: Quality, now: number): Fallback {
  if (quality === "unknown") return state;
  const bad = quality === "poor" || quality === "lost";
  const callsForChange = state.audioOnly ? !bad : bad;
  if (!callsForChange) return state.since === null ? state : { ...state, since: null };
  const since = state.since ?? now;
  const delay = state.audioOnly ? state.restoreAfter : DROP_AFTER;
  if (now - since < delay) return { ...state, since };
  return state.audioOnly ? restored(state, now) : dropped(state, now);
}

function dropped(state: Fallback, now: number): Fallback {
  const flapping = state.restoredAt !== null && now - state.restoredAt < FLAPPING_WITHIN;
  const restoreAfter = flapping ? Math.min(state.restoreAfter * 2, MAX_RESTORE_AFTER) : RESTORE_AFTER;
  return { audioOnly: true, since: null, restoreAfter, restoredAt: null };
}

function restored(state: Fallback, now: number): Fallback {
  return { ...state, audioOnly: false, since: null, restoredAt: now };
}
