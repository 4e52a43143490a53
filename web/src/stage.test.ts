import { expect, test } from "vitest";

import { nextSpeaker, nobody, onStage } from "./stage.ts";
import type { Candidate } from "./stage.ts";

const camera = (identity: string, local = false): Candidate => ({ key: `${identity}/camera`, identity, screen: false, local });
const screen = (identity: string, local = false): Candidate => ({ key: `${identity}/screen`, identity, screen: true, local });
const NOTHING = { pinned: undefined, speaker: undefined, first: undefined, everyone: false };
const CLASS = [camera("me", true), camera("ana"), camera("ben"), camera("teacher")];

test("two tiles are side by side", () => {
  expect(onStage(CLASS.slice(0, 2), { ...NOTHING, speaker: "ana" })).toBeUndefined();
});

test("the speaker takes the stage, and before anybody speaks the teacher", () => {
  expect(onStage(CLASS, { ...NOTHING, speaker: "ben", first: "teacher" })).toBe("ben/camera");
  expect(onStage(CLASS, { ...NOTHING, first: "teacher" })).toBe("teacher/camera");
  expect(onStage(CLASS, { ...NOTHING, speaker: "gone" })).toBe("ana/camera");
});

test("a shared screen comes before the speaker, also among two, and the own screen does not", () => {
  expect(onStage([...CLASS, screen("teacher")], { ...NOTHING, speaker: "ben" })).toBe("teacher/screen");
  expect(onStage([camera("me", true), screen("ana")], NOTHING)).toBe("ana/screen");
  expect(onStage([camera("me", true), screen("me", true)], NOTHING)).toBeUndefined();
});

test("a pinned tile comes first, until it is gone", () => {
  const tiles = [...CLASS, screen("teacher")];
  expect(onStage(tiles, { ...NOTHING, pinned: "me/camera" })).toBe("me/camera");
  expect(onStage(tiles, { ...NOTHING, pinned: "gone/camera" })).toBe("teacher/screen");
});

test("with everyone shown, only a pinned tile or a shared screen takes the stage", () => {
  expect(onStage(CLASS, { ...NOTHING, speaker: "ben", everyone: true })).toBeUndefined();
  expect(onStage([...CLASS, screen("ben")], { ...NOTHING, everyone: true })).toBe("ben/screen");
});

test("a speaker keeps the stage while speaking, after it, and for two seconds against others", () => {
  const ana = nextSpeaker(nobody, ["ana"], 1_000);
  expect(ana.identity).toBe("ana");
  expect(nextSpeaker(ana, ["ben", "ana"], 9_000)).toBe(ana);
  expect(nextSpeaker(ana, [], 9_000)).toBe(ana);
  expect(nextSpeaker(ana, ["ben"], 2_000)).toBe(ana);
  expect(nextSpeaker(ana, ["ben"], 3_000).identity).toBe("ben");
});
