const MIN_TILE_WIDTH = 140; // pixels

// The number of columns at which `count` tiles of 16:9 are largest in a box of this size.
export function columns(count: number, width: number, height: number): number {
  const sizeIn = (n: number) => Math.min(width / n, (height / Math.ceil(count / n)) * (16 / 9));
  let best = 1;
  for (let n = 2; n <= count && width / n >= MIN_TILE_WIDTH; n++) {
    if (sizeIn(n) > sizeIn(best)) best = n;
  }
  return best;
}
