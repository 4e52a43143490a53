import { expect, test } from "vitest";

import { columns } from "./columns.ts";

test("one person has all the room", () => {
  expect(columns(1, 1200, 700)).toBe(1);
});

test("a wide window puts people side by side, a phone one above the other", () => {
  expect(columns(2, 1200, 500)).toBe(2);
  expect(columns(2, 330, 500)).toBe(1);
});

test("four make a square, nine a bigger one", () => {
  expect(columns(4, 1200, 700)).toBe(2);
  expect(columns(9, 1200, 700)).toBe(3);
});

test("no tile is narrower than a name", () => {
  expect(columns(40, 330, 500)).toBe(2);
});
