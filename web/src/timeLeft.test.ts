import { expect, test } from "vitest";

import { timeLeft } from "./timeLeft.ts";

const MINUTE = 60_000;
const at = (minute: number) => timeLeft(0, 90 * MINUTE, minute * MINUTE);

test("before the class it is the time to its start, then what is left of it, then nothing", () => {
  expect(at(-9.5)).toEqual({ phase: "before", minutes: 10, late: false });
  expect(at(0)).toEqual({ phase: "during", minutes: 90, late: false });
  expect(at(60.5)).toEqual({ phase: "during", minutes: 30, late: false });
  expect(at(85)).toEqual({ phase: "during", minutes: 5, late: true });
  expect(at(90)).toEqual({ phase: "over", minutes: 0, late: true });
});
