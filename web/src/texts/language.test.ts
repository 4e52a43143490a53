import { expect, test } from "vitest";

import { CATALOGUES, chooseLanguage, duration, listed } from "./language.ts";
import type { Code } from "./language.ts";

type Leaf = { path: string; text: string; given: string[] };

// All texts of a catalogue; functions are called with marks that their text has to contain.
function leaves(value: unknown, path = ""): Leaf[] {
  if (typeof value === "string") return [{ path, text: value, given: [] }];
  if (typeof value === "function") {
    const given = Array.from({ length: value.length }, (_, n) => `‹${n}›`);
    return [{ path, text: String(value(...given)), given }];
  }
  return Object.entries(value as object).flatMap(([key, one]) => leaves(one, `${path}/${key}`));
}

// Words that are written alike in two languages.
const ALIKE = ["/chat", "/chatUnread", "/messages", "/message"];

test.each(Object.keys(CATALOGUES) as Code[])("the texts in %s are whole, and translated", (code) => {
  const english = new Map(leaves(CATALOGUES.en).map(({ path, text }) => [path, text]));
  const texts = leaves(CATALOGUES[code]);
  expect(texts.map(({ path }) => path).sort()).toEqual([...english.keys()].sort());
  for (const { path, text, given } of texts) {
    expect(text.trim(), path).not.toBe("");
    for (const mark of given) expect(text, path).toContain(mark);
    if (code !== "en" && !ALIKE.includes(path)) expect(text, path).not.toBe(english.get(path));
    if (code === "ar") expect(text.replaceAll(/Homeroom|Wi-Fi/g, ""), path).not.toMatch(/[a-z]/i);
  }
});

test("the person's language comes first, then the browser's, then English", () => {
  expect(chooseLanguage("ar", ["de-DE"])).toMatchObject({ code: "ar", direction: "rtl" });
  expect(chooseLanguage("pt", ["is", "fr-CA", "de"])).toMatchObject({ code: "fr", locale: "fr-CA", direction: "ltr" });
  expect(chooseLanguage(null, ["en-US"])).toMatchObject({ code: "en", locale: "en-US" });
  expect(chooseLanguage(undefined, ["toString", ""])).toMatchObject({ code: "en", locale: "en-GB" });
});

test("lengths of time and lists are written in the language, Arabic with European digits", () => {
  expect(duration(90, "en-GB")).toBe("1 hr 30 mins");
  expect(duration(5, "de")).toBe("5 Min.");
  expect(duration(90, chooseLanguage("ar", ["ar-EG"]).locale)).toMatch(/^1.+30/);
  expect(listed(["Ada", "Leo", "Noor"], "de")).toBe("Ada, Leo und Noor");
});
