// How long it is until the class begins or ends. `late`: it is about to end, or over.

export type TimeLeft = { phase: "before" | "during" | "over"; minutes: number; late: boolean };

const MINUTE = 60_000; // milliseconds
const LATE = 5; // minutes

export function timeLeft(startsAt: number, endsAt: number, now: number): TimeLeft {
  if (now < startsAt) return { phase: "before", minutes: Math.ceil((startsAt - now) / MINUTE), late: false };
  if (now >= endsAt) return { phase: "over", minutes: 0, late: true };
  const minutes = Math.ceil((endsAt - now) / MINUTE);
  return { phase: "during", minutes, late: minutes <= LATE };
}
