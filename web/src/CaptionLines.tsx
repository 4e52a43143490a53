// What was said last, with the speaker's name.

import { useEffect, useRef } from "react";

import type { Caption } from "./captions.ts";
import { useTexts } from "./texts/language.ts";

type Props = { lines: readonly Caption[]; nameOf: (identity: string | undefined) => string };

export function CaptionLines({ lines, nameOf }: Props) {
  const texts = useTexts();
  const box = useRef<HTMLElement>(null);
  useEffect(() => {
    box.current?.scrollTo({ top: box.current.scrollHeight });
  }, [lines]);
  return (
    <section className="captions" aria-label={texts.captions} ref={box} tabIndex={0}>
      {lines.length === 0 && <p>{texts.noCaptions}</p>}
      <ol aria-live="polite" aria-relevant="additions">
        {lines.map((line) => (
          <li key={line.id}>
            <strong dir="auto">{nameOf(line.from)}</strong>{" "}
            <span lang={line.language} dir="auto">
              {line.text}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}
