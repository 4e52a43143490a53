import { expect, test } from "vitest";

import { explained } from "./notices.ts";
import { ar } from "./texts/ar.ts";
import { en } from "./texts/en.ts";

const problem = { code: "class-ended", title: "Over", detail: "It is over.", next_step: "Go home.", status: 410 };

test("a refusal is told in the reader's language, a cancelled class as such", () => {
  expect(explained(problem, ar)).toBe(ar.notices["class-ended"]);
  expect(explained({ ...problem, state: "cancelled" }, ar)).toBe(ar.notices["class-cancelled"]);
});

test("a refusal without a text is told in Homeroom's words to English readers alone", () => {
  const strange = { ...problem, code: "toString" };
  expect(explained(strange, en)).toEqual({ title: "Over", detail: "It is over.", next: "Go home." });
  expect(explained(strange, ar)).toBe(ar.notices.other);
});
