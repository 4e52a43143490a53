// What the page says of Homeroom's refusals, in the reader's language.

import type { Problem } from "./api.ts";
import { en } from "./texts/en.ts";
import type { NoticeText, Texts } from "./texts/texts.ts";

// In English, a refusal that the page has no text for is told in Homeroom's own words.
export function explained(problem: Problem, texts: Texts): NoticeText {
  const known: Record<string, NoticeText | undefined> = texts.notices;
  const name = problem.state === "cancelled" ? "class-cancelled" : problem.code;
  const text = Object.hasOwn(known, name) ? known[name] : undefined;
  if (text) return text;
  return texts === en ? { title: problem.title, detail: problem.detail, next: problem.next_step } : texts.notices.other;
}
