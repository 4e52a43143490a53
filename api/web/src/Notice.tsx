import type { Problem } from "./api.ts";

type NoticeProps = { title: string; detail: string; nextStep?: string; busy?: boolean };

export function Notice({ title, detail, nextStep, busy = false }: NoticeProps) {
  return (
    <main className="notice" aria-busy={busy}>
      <div className="notice-card" role="status">
        {busy && <span className="spinner" aria-hidden="true" />}
        <h1>{title}</h1>
        <p>{detail}</p>
        {nextStep && <p className="muted">{nextStep}</p>}
      </div>
    </main>
  );
}

function moment(iso: string, timeZone?: string): string {
  const style: Intl.DateTimeFormatOptions = { weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" };
  return new Intl.DateTimeFormat(undefined, timeZone ? { ...style, timeZone, timeZoneName: "short" } : style).format(new Date(iso));
}

export function Waiting({ problem }: { problem: Problem }) {
  return (
    <main className="notice">
      <div className="notice-card" role="status">
        <span className="spinner" aria-hidden="true" />
        <h1>{problem.class_title ?? "Your class"} has not opened yet</h1>
        {problem.opens_at && <p>The door opens {moment(problem.opens_at)} your time.</p>}
        {problem.starts_at && <p className="muted">The class starts {moment(problem.starts_at, problem.time_zone)}.</p>}
        <p className="muted">Keep this page open: it lets you in by itself.</p>
      </div>
    </main>
  );
}
