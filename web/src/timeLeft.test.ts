import { expect, test } from "vitest";

import { timeLeft } from "./timeLeft.ts";

const MINUTE = 60_000;
const at = (minute: number) => timeLeft(0, 90 * MINUTE, minute * MINUTE);

test("before the class it says when it starts, then what is left, then that time is up", () => {
  expect(at(-9.5)).toEqual({ text: "Starts in 10 min", late: false });
  expect(at(0)).toEqual({ text: "1 h 30 min left", late: false });
  expect(at(60.5)).toEqual({ text: "30 min left", late: false });
  expect(at(85)).toEqual({ text: "5 min left", late: true });
  expect(at(90)).toEqual({ text: "Time is up", late: true });
});
