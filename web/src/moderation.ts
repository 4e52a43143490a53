// What an instructor does to the people in the room, through Homeroom.

import { moderate, ProblemError } from "./api.ts";
import { explained } from "./notices.ts";
import type { Texts } from "./texts/texts.ts";

export type Act = "mute" | "lower-hands" | "remove" | "readmit" | "lock" | "end";

// Does the act; the text says why it was refused, undefined: it was done.
export async function act(
  texts: Texts,
  name: Act,
  values: Record<string, unknown> = {},
): Promise<string | undefined> {
  try {
    await moderate(name, values);
    return undefined;
  } catch (error) {
    return error instanceof ProblemError ? explained(error.problem, texts).detail : texts.noAnswer;
  }
}
