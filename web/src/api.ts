// Requests of the room page to Homeroom. LiveKit knows participants by opaque identities; their names come from here.

export type Role = "instructor" | "student" | "observer";
export type Person = { name: string; role: Role };
export type ClassInfo = {
  title: string;
  course: string;
  starts_at: string;
  ends_at: string;
  state: string;
  time_zone: string;
};
export type Credentials = {
  livekit_url: string;
  token: string;
  identity: string;
  role: Role;
  class: ClassInfo;
  people: Record<string, Person>;
  features: { chat: boolean; screen_share: boolean };
  recorded: boolean;
};
export type Problem = {
  code: string;
  title: string;
  detail: string;
  next_step: string;
  status: number;
  opens_at?: string;
  starts_at?: string;
  time_zone?: string;
  class_title?: string;
};
export type Sample = {
  at: string;
  connection_quality?: string;
  audio_only?: boolean;
  packets_lost?: number;
  jitter_ms?: number;
  rtt_ms?: number;
  audio_concealed_ratio?: number;
  bitrate_up_kbps?: number;
  bitrate_down_kbps?: number;
  event?: "audio_only_on" | "audio_only_off";
};

export class ProblemError extends Error {
  constructor(readonly problem: Problem) {
    super(problem.detail);
  }
}

// A request that was under way when the network went away would otherwise wait for minutes.
const ANSWER_WITHIN = 10_000; // milliseconds

const sessionId = location.pathname.split("/").at(-1) ?? "";
const link = new URLSearchParams(location.search).get("t") ?? "";
const base = `/v1/join/${encodeURIComponent(sessionId)}`;

async function read<T>(response: Response): Promise<T> {
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  throw new ProblemError(
    problem ?? {
      code: "unavailable",
      title: "We can't reach the class",
      detail: "The server isn't responding right now.",
      next_step: "Check your connection. This page keeps retrying.",
      status: response.status,
    },
  );
}

export async function fetchCredentials(): Promise<Credentials> {
  const response = await fetch(`${base}/credentials`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ link }),
    signal: AbortSignal.timeout(ANSWER_WITHIN),
  });
  return read<Credentials>(response);
}

export async function fetchPeople(): Promise<Record<string, Person>> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN);
  return read(await fetch(`${base}/people?t=${encodeURIComponent(link)}`, { signal }));
}

// Uses a beacon, which is sent even while the page closes.
export function sendSamples(samples: Sample[]): void {
  if (samples.length === 0) return;
  const body = new Blob([JSON.stringify({ link, samples })], { type: "application/json" });
  if (!navigator.sendBeacon(`${base}/quality`, body)) {
    void fetch(`${base}/quality`, { method: "POST", body, keepalive: true });
  }
}
