import { expect, test } from "vitest";

import { columns } from "./columns.ts";

test("one tile fills the box", () => {
  expect(columns(1, 1200, 700)).toBe(1);
});

test("two tiles are side by side in a wide box and stacked in a narrow one", () => {
  expect(columns(2, 1200, 500)).toBe(2);
  expect(columns(2, 330, 500)).toBe(1);
});

test("four tiles make a 2 by 2 grid, nine a 3 by 3 grid", () => {
  expect(columns(4, 1200, 700)).toBe(2);
  expect(columns(9, 1200, 700)).toBe(3);
});

test("no tile is narrower than the minimum width", () => {
  expect(columns(40, 330, 500)).toBe(2);
});
