// How long the class still lasts, in words. `late`: it is about to end, or over.

export type TimeLeft = { text: string; late: boolean };

const MINUTE = 60_000; // milliseconds
const LATE = 5; // minutes

export function timeLeft(startsAt: number, endsAt: number, now: number): TimeLeft {
  if (now < startsAt) return { text: `Starts in ${minutes(startsAt - now)}`, late: false };
  if (now >= endsAt) return { text: "Time is up", late: true };
  const left = Math.ceil((endsAt - now) / MINUTE);
  return { text: `${minutes(endsAt - now)} left`, late: left <= LATE };
}

function minutes(milliseconds: number): string {
  const count = Math.ceil(milliseconds / MINUTE);
  const hours = Math.floor(count / 60);
  return hours > 0 ? `${hours} h ${count % 60} min` : `${count} min`;
}
