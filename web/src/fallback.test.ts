import { expect, test } from "vitest";

import { DROP_AFTER, RESTORE_AFTER, start, step } from "./fallback.ts";
import type { Fallback, Quality } from "./fallback.ts";

function run(state: Fallback, quality: Quality, from: number, forMs: number): Fallback {
  let current = state;
  for (let now = from; now <= from + forMs; now += 1000) current = step(current, quality, now);
  return current;
}

test("a short dip keeps the video", () => {
  const dipped = run(start, "poor", 0, DROP_AFTER - 1000);
  expect(step(dipped, "good", DROP_AFTER).audioOnly).toBe(false);
});

test("a lasting dip drops the video", () => {
  expect(run(start, "lost", 0, DROP_AFTER).audioOnly).toBe(true);
});

test("video comes back after a lasting good connection only", () => {
  const dropped = run(start, "poor", 0, DROP_AFTER);
  expect(run(dropped, "good", 9000, RESTORE_AFTER - 1000).audioOnly).toBe(true);
  expect(run(dropped, "good", 9000, RESTORE_AFTER).audioOnly).toBe(false);
});

test("flapping doubles the patience", () => {
  let state = run(start, "poor", 0, DROP_AFTER);
  state = run(state, "good", 9000, RESTORE_AFTER);
  state = run(state, "poor", 30_000, DROP_AFTER);
  expect(state.restoreAfter).toBe(RESTORE_AFTER * 2);
});

test("an unknown quality changes nothing", () => {
  expect(run(start, "unknown", 0, 60_000)).toEqual(start);
});
