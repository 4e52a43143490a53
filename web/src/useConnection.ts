// The state of the page's connection to the class, from LiveKit's state and from what the transport receives.

import { useConnectionState, useRoomContext } from "@livekit/components-react";
import { ConnectionState } from "livekit-client";
import type { Room } from "livekit-client";
import { useEffect, useState, useSyncExternalStore } from "react";

import { isSilent, listen } from "./silence.ts";
import type { Silence } from "./silence.ts";

const CHECK_EVERY = 2_000; // milliseconds

export type Connection = "connecting" | "connected" | "interrupted" | "offline";

export function useConnection(): Connection {
  const room = useRoomContext();
  const state = useConnectionState();
  const silent = useSilence(room, state === ConnectionState.Connected);
  const online = useSyncExternalStore(watchOnline, () => navigator.onLine);
  switch (state) {
    case ConnectionState.Disconnected:
    case ConnectionState.Connecting:
      return "connecting";
    case ConnectionState.Connected:
      if (!silent) return "connected";
  }
  return online ? "interrupted" : "offline";
}

function watchOnline(changed: () => void): () => void {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}

function useSilence(room: Room, listening: boolean): boolean {
  const [silent, setSilent] = useState(false);
  useEffect(() => {
    if (!listening) return;
    let silence: Silence | undefined;
    let stopped = false;
    const check = async () => {
      const received = await receivedBy(room);
      if (stopped || received === undefined) return;
      silence = listen(silence, received, Date.now());
      setSilent(isSilent(silence, Date.now()));
    };
    const timer = setInterval(() => void check(), CHECK_EVERY);
    return () => {
      stopped = true;
      clearInterval(timer);
      setSilent(false);
    };
  }, [room, listening]);
  return silent;
}

// Bytes of media, and answers to the connectivity checks that go on while nobody sends media.
async function receivedBy(room: Room): Promise<number | undefined> {
  const transports = room.engine.pcManager;
  if (!transports) return undefined;
  let received = 0;
  for (const transport of [transports.publisher, transports.subscriber]) {
    const report = await transport?.getStats()?.catch(() => undefined); // a closed transport has none
    report?.forEach((entry: Record<string, unknown>) => {
      if (entry["type"] !== "candidate-pair") return;
      for (const counter of ["bytesReceived", "requestsReceived", "responsesReceived"]) {
        const value = entry[counter];
        if (typeof value === "number") received += value;
      }
    });
  }
  return received;
}
