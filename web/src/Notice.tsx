import { useEffect, useRef } from "react";

import type { Problem } from "./api.ts";
import { useLanguage, useTexts } from "./texts/language.ts";

type NoticeProps = {
  title: string;
  detail: string;
  next?: string;
  busy?: boolean;
  onRejoin?: (() => void) | undefined;
};

export function Notice({ title, detail, next, busy = false, onRejoin }: NoticeProps) {
  const texts = useTexts();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · Homeroom`;
    heading.current?.focus(); // the element that had the focus is gone
  }, [title]);
  return (
    <main className="notice" aria-busy={busy}>
      <div className="notice-card" role="status">
        {busy && <span className="spinner" aria-hidden="true" />}
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {detail !== title && <p>{detail}</p>}
        {next && <p className="muted">{next}</p>}
        {onRejoin && (
          <button className="primary wide" onClick={onRejoin}>
            {texts.rejoin}
          </button>
        )}
      </div>
    </main>
  );
}

const MOMENT: Intl.DateTimeFormatOptions = {
  weekday: "long",
  day: "numeric",
  month: "long",
  hour: "numeric",
  minute: "2-digit",
};

export function Waiting({ problem }: { problem: Problem }) {
  const { texts, locale } = useLanguage();
  const { class_title: title = texts.yourClass, opens_at: opens, starts_at: starts, time_zone: timeZone } = problem;
  const moment = (iso: string, style: Intl.DateTimeFormatOptions = MOMENT) =>
    new Intl.DateTimeFormat(locale, style).format(new Date(iso));
  const otherZone = timeZone && timeZone !== new Intl.DateTimeFormat().resolvedOptions().timeZone;
  useEffect(() => {
    document.title = `${title} · Homeroom`;
  }, [title]);
  return (
    <main className="notice">
      <div className="notice-card" role="status">
        <span className="spinner" aria-hidden="true" />
        <h1>{texts.notOpen(title)}</h1>
        {starts && <p>{texts.startsAt(moment(starts))}</p>}
        {starts && otherZone && (
          <p className="muted">{texts.inClassZone(moment(starts, { ...MOMENT, timeZone, timeZoneName: "short" }))}</p>
        )}
        {opens && <p className="muted">{texts.opensAt(moment(opens))}</p>}
        <p className="muted">{texts.keepOpen}</p>
      </div>
    </main>
  );
}
