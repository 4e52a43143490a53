// The languages of the room page, and how dates, lengths of time and lists are written in them.

import { createContext, useContext } from "react";

import { ar } from "./ar.ts";
import { de } from "./de.ts";
import { en } from "./en.ts";
import { es } from "./es.ts";
import { fr } from "./fr.ts";
import type { Texts } from "./texts.ts";

export const CATALOGUES = { en, es, de, fr, ar } as const satisfies Record<string, Texts>;
export type Code = keyof typeof CATALOGUES;

export type Language = { code: Code; direction: "ltr" | "rtl"; locale: string; texts: Texts };

const isOffered = (code: string): code is Code => Object.hasOwn(CATALOGUES, code);
const codeOf = (tag: string) => tag.toLowerCase().split("-")[0] ?? "";

// The person's language if there are texts in it, else the first one of the browser's with texts, else English.
export function chooseLanguage(person: string | null | undefined, browser: readonly string[]): Language {
  const code = [person ?? "", ...browser].map(codeOf).find(isOffered) ?? "en";
  return { code, direction: code === "ar" ? "rtl" : "ltr", locale: localeOf(code, browser), texts: CATALOGUES[code] };
}

// The browser's region for the language, such as en-US. Arabic is written with European digits, as in the mails.
function localeOf(code: Code, browser: readonly string[]): string {
  const tag = browser.find((one) => codeOf(one) === code) ?? (code === "en" ? "en-GB" : code);
  return code === "ar" ? new Intl.Locale(tag, { numberingSystem: "latn" }).toString() : tag;
}

// Such as `1 hr 30 min`.
export function duration(minutes: number, locale: string): string {
  const inUnit = (count: number, unit: string) =>
    new Intl.NumberFormat(locale, { style: "unit", unit, unitDisplay: "short" }).format(count);
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `${inUnit(hours, "hour")} ${inUnit(minutes % 60, "minute")}` : inUnit(minutes, "minute");
}

export function listed(names: readonly string[], locale: string): string {
  return new Intl.ListFormat(locale).format(names);
}

export const LanguageContext = createContext(chooseLanguage("en", []));

export const useLanguage = (): Language => useContext(LanguageContext);
export const useTexts = (): Texts => useLanguage().texts;
