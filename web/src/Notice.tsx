import { useEffect, useRef } from "react";

import type { Problem } from "./api.ts";

type NoticeProps = {
  title: string;
  detail: string;
  nextStep?: string;
  busy?: boolean;
  onRejoin?: (() => void) | undefined;
};

export function Notice({ title, detail, nextStep, busy = false, onRejoin }: NoticeProps) {
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
        {nextStep && <p className="muted">{nextStep}</p>}
        {onRejoin && (
          <button className="primary wide" onClick={onRejoin}>
            Rejoin
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

function format(iso: string, style: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(undefined, style).format(new Date(iso));
}

export function Waiting({ problem }: { problem: Problem }) {
  const { class_title: title = "Your class", opens_at: opens, starts_at: starts, time_zone: timeZone } = problem;
  const otherZone = timeZone && timeZone !== new Intl.DateTimeFormat().resolvedOptions().timeZone;
  useEffect(() => {
    document.title = `${title} · Homeroom`;
  }, [title]);
  return (
    <main className="notice">
      <div className="notice-card" role="status">
        <span className="spinner" aria-hidden="true" />
        <h1>{title} isn't open yet</h1>
        {starts && <p>Class starts {format(starts, MOMENT)}.</p>}
        {starts && otherZone && (
          <p className="muted">That is {format(starts, { ...MOMENT, timeZone, timeZoneName: "short" })}.</p>
        )}
        {opens && <p className="muted">You can join from {format(opens, MOMENT)}.</p>}
        <p className="muted">Keep this page open. You'll be let in automatically.</p>
      </div>
    </main>
  );
}
