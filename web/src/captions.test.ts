import { expect, test } from "vitest";

import { advance, MOST_LINES, noCaptions, receive } from "./captions.ts";
import type { Captions } from "./captions.ts";

const spoken = (...ids: string[]) => ids.map((id) => ({ id, from: "p-1", text: id.padEnd(50, "."), language: "en" }));
const shown = (state: Captions) => state.lines.map((line) => line.id);

test("the first batch shows the last things said at once", () => {
  const state = receive(noCaptions, spoken("a", "b", "c", "d"), 0);
  expect(shown(state)).toEqual(["b", "c", "d"]);
  expect(state.lines).toHaveLength(MOST_LINES);
});

test("later captions are shown one after the other, none is lost", () => {
  let state = receive(noCaptions, spoken("a"), 0);
  state = receive(state, spoken("b", "c", "d"), 1_000);
  expect(shown(state)).toEqual(["a", "b"]);
  expect(shown(advance(state, 3_900))).toEqual(["a", "b"]);
  const seen = new Set<string | undefined>();
  for (let now = 1_000; state.waiting.length > 0; now += 100) {
    seen.add(shown(state).at(-1));
    state = advance(state, now);
  }
  expect([...seen]).toEqual(["b", "c"]);
  expect(shown(state)).toEqual(["b", "c", "d"]);
});

test("a long queue comes faster, and what is known already is not shown again", () => {
  const many = Array.from({ length: 41 }, (_, n) => `${n}`);
  const state = receive(receive(noCaptions, spoken("a"), 0), spoken(...many), 0);
  expect(state.nextAt).toBeLessThan(400);
  expect(receive(state, spoken("a", ...many), 50)).toBe(state);
});

test("a class in which nobody has spoken yet shows its first words as they come", () => {
  expect(receive(noCaptions, [], 0)).toBe(noCaptions);
  expect(shown(receive(noCaptions, spoken("a"), 0))).toEqual(["a"]);
});
