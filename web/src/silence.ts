// Tells from the count of received packets whether the connection to the media server is silent.
//
// Even in a quiet class the browser and the server check on each other every 2.5 seconds. LiveKit itself notices
// a cut connection only after about 15 seconds.

export const SILENT_AFTER = 5_000; // milliseconds without anything received

export type Silence = {
  received: number; // everything received so far, in any unit that grows
  since: number; // time at which it last changed, in milliseconds
};

export function listen(state: Silence | undefined, received: number, now: number): Silence {
  return state?.received === received ? state : { received, since: now };
}

export function isSilent(state: Silence | undefined, now: number): boolean {
  return state !== undefined && now - state.since >= SILENT_AFTER;
}
