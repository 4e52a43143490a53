import { expect, test } from "vitest";

import { DROP_AFTER, RESTORE_AFTER, start, step } from "./fallback.ts";
import type { Fallback, Quality } from "./fallback.ts";

function run(state: Fallback, quality: Quality, from: number, forMs: number): Fallback {
  let current = state;
  for (let now = from; now <= from + forMs; now += 1000) current = step(current, quality, now);
  return current;
}

test("a short poor connection keeps the video", () => {
  const poor = run(start, "poor", 0, DROP_AFTER - 1000);
  expect(step(poor, "good", DROP_AFTER).audioOnly).toBe(false);
});

test("a lasting poor connection drops the video", () => {
  expect(run(start, "lost", 0, DROP_AFTER).audioOnly).toBe(true);
});

test("video returns only after a lasting good connection", () => {
  const dropped = run(start, "poor", 0, DROP_AFTER);
  expect(run(dropped, "good", 9000, RESTORE_AFTER - 1000).audioOnly).toBe(true);
  expect(run(dropped, "good", 9000, RESTORE_AFTER).audioOnly).toBe(false);
});

test("dropping video again soon after it returned doubles the delay", () => {
  let state = run(start, "poor", 0, DROP_AFTER);
  state = run(state, "good", 9000, RESTORE_AFTER);
  state = run(state, "poor", 30_000, DROP_AFTER);
  expect(state.restoreAfter).toBe(RESTORE_AFTER * 2);
});

test("an unknown quality changes nothing", () => {
  expect(run(start, "unknown", 0, 60_000)).toEqual(start);
});
