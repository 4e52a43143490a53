const NARROWEST = 140; // pixels

// How many columns show so many tiles largest, at 16:9, in a box of this size.
export function columns(count: number, width: number, height: number): number {
  const sizeIn = (n: number) => Math.min(width / n, (height / Math.ceil(count / n)) * (16 / 9));
  let best = 1;
  for (let n = 2; n <= count && width / n >= NARROWEST; n++) {
    if (sizeIn(n) > sizeIn(best)) best = n;
  }
  return best;
}
