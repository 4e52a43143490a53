// Requests of the room page to Homeroom. LiveKit knows participants by opaque identities; their names come from here.

import type { Caption } from "./captions.ts";
import type { Delivery, Message } from "./chatLog.ts";

export type Role = "instructor" | "student" | "observer";
export type Person = { name: string; role: Role; removed: boolean };
export type ClassInfo = {
  title: string;
  course: string;
  starts_at: string;
  ends_at: string;
  state: string;
  time_zone: string;
  locked: boolean;
};
export type Credentials = {
  livekit_url: string;
  token: string;
  identity: string;
  role: Role;
  language: string | null; // ISO 639-1; null: not known
  class: ClassInfo;
  people: Record<string, Person>;
  features: { chat: boolean; captions: boolean; screen_share: boolean };
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
  state?: string; // of the class
  language?: string | null; // of the person
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

export const sessionId = location.pathname.split("/").at(-1) ?? "";
const link = new URLSearchParams(location.search).get("t") ?? "";
const base = `/v1/join/${encodeURIComponent(sessionId)}`;

// How far this device's clock is behind the server's, in milliseconds, as of the last answer.
let behind = 0;

// The time by the server's clock, in milliseconds since 1970, to about a second.
export function now(): number {
  return Date.now() + behind;
}

async function read<T>(response: Response): Promise<T> {
  const served = Date.parse(response.headers.get("date") ?? "");
  if (!Number.isNaN(served)) behind = served - Date.now();
  if (response.ok) return (await response.json()) as T;
  const problem = (await response.json().catch(() => null)) as Problem | null;
  throw new ProblemError(
    problem ?? {
      code: "unavailable",
      title: "",
      detail: "",
      next_step: "",
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

// The class as it is now; it can be extended or locked meanwhile.
export async function fetchClass(): Promise<ClassInfo> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN);
  return read(await fetch(`${base}/class?t=${encodeURIComponent(link)}`, { signal }));
}

// An act of the instructor, such as "mute".
export async function moderate(act: string, values: Record<string, unknown>): Promise<void> {
  const response = await fetch(`${base}/${act}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ link, ...values }),
    signal: AbortSignal.timeout(ANSWER_WITHIN),
  });
  if (!response.ok) await read(response);
}

export async function fetchPeople(): Promise<Record<string, Person>> {
  const signal = AbortSignal.timeout(ANSWER_WITHIN);
  return read(await fetch(`${base}/people?t=${encodeURIComponent(link)}`, { signal }));
}

type ChatPage = {
  items: { id: string; identity: string; sent_at: string; text: string }[];
  next_cursor: string | null;
};

// The whole chat of the class.
export async function fetchChat(): Promise<Message[]> {
  const messages: Message[] = [];
  let cursor: string | null = null;
  do {
    const query = new URLSearchParams(cursor === null ? { t: link } : { t: link, cursor });
    const signal = AbortSignal.timeout(ANSWER_WITHIN);
    const page: ChatPage = await read(await fetch(`${base}/chat?${query}`, { signal }));
    for (const { id, identity, sent_at, text } of page.items) {
      messages.push({ id, from: identity, at: Date.parse(sent_at), text });
    }
    cursor = page.next_cursor;
  } while (cursor !== null);
  return messages;
}

// Puts a message that was sent over LiveKit on the record. "sending": it may succeed later.
export async function keepMessage(id: string, text: string): Promise<Delivery> {
  try {
    const response = await fetch(`${base}/chat`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ link, message_id: id, text }),
      keepalive: true,
      signal: AbortSignal.timeout(ANSWER_WITHIN),
    });
    if (response.ok) return "sent";
    return response.status >= 500 || response.status === 429 ? "sending" : "refused";
  } catch {
    return "sending";
  }
}

// Uses a beacon, which is sent even while the page closes.
export function sendSamples(samples: Sample[]): void {
  if (samples.length === 0) return;
  const body = new Blob([JSON.stringify({ link, samples })], { type: "application/json" });
  if (!navigator.sendBeacon(`${base}/quality`, body)) {
    void fetch(`${base}/quality`, { method: "POST", body, keepalive: true });
  }
}

type StoredCaption = { id: string; identity: string; text: string; language: string };

const REOPEN_AFTER = 5_000; // milliseconds

// Calls `onCaptions` with what was said last, and then with what has been transcribed, until the result is called.
// The browser reconnects by itself after a cut, but not after an answer that is no stream.
export function openCaptions(onCaptions: (batch: Caption[]) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let source: EventSource;
  const open = () => {
    source = new EventSource(`${base}/captions?t=${encodeURIComponent(link)}`);
    source.addEventListener("captions", (event: MessageEvent<string>) => {
      const batch = JSON.parse(event.data) as StoredCaption[];
      onCaptions(batch.map(({ id, identity, text, language }) => ({ id, from: identity, text, language })));
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) timer = setTimeout(open, REOPEN_AFTER);
    });
  };
  open();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}
