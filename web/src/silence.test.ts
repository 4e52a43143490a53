import { expect, test } from "vitest";

import { isSilent, listen, SILENT_AFTER } from "./silence.ts";

test("a connection is silent after nothing was received for a while", () => {
  const heard = listen(undefined, 100, 0);
  const waited = listen(heard, 100, SILENT_AFTER - 1);
  expect(isSilent(waited, SILENT_AFTER - 1)).toBe(false);
  expect(isSilent(listen(waited, 100, SILENT_AFTER), SILENT_AFTER)).toBe(true);
});

test("whatever is received ends the silence", () => {
  const heard = listen(undefined, 100, 0);
  expect(isSilent(listen(heard, 101, SILENT_AFTER), SILENT_AFTER)).toBe(false);
});

test("a new transport, which counts from zero, is not silent", () => {
  const heard = listen(undefined, 100, 0);
  expect(isSilent(listen(heard, 0, SILENT_AFTER), SILENT_AFTER)).toBe(false);
});

test("a connection is not silent before the first count", () => {
  expect(isSilent(undefined, 60_000)).toBe(false);
});
