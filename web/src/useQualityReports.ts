// Measures the quality of sound and connection in the browser, and posts the samples in batches.

import { useRoomContext } from "@livekit/components-react";
import type { Room } from "livekit-client";
import { useEffect, useRef } from "react";

import { sendSamples } from "./api.ts";
import type { Sample } from "./api.ts";

const MEASURE_EVERY = 5_000; // milliseconds
const POST_EVERY = 15_000; // milliseconds

export function useQualityReports(audioOnly: boolean): void {
  const room = useRoomContext();
  const latestAudioOnly = useRef(audioOnly);
  latestAudioOnly.current = audioOnly;
  useEffect(() => {
    let samples: Sample[] = [];
    const post = () => {
      sendSamples(samples);
      samples = [];
    };
    const measure = async () => {
      samples.push(await measured(room, latestAudioOnly.current));
    };
    const measuring = setInterval(() => void measure(), MEASURE_EVERY);
    const posting = setInterval(post, POST_EVERY);
    window.addEventListener("pagehide", post);
    return () => {
      clearInterval(measuring);
      clearInterval(posting);
      window.removeEventListener("pagehide", post);
      post();
    };
  }, [room]);
}

async function measured(room: Room, audioOnly: boolean): Promise<Sample> {
  let lost = 0;
  let concealed = 0;
  let total = 0;
  let jitter = 0;
  for (const participant of room.remoteParticipants.values()) {
    for (const publication of participant.audioTrackPublications.values()) {
      const report = await publication.track?.getRTCStatsReport();
      report?.forEach((entry: Record<string, unknown>) => {
        if (entry["type"] !== "inbound-rtp") return;
        lost += number(entry["packetsLost"]);
        concealed += number(entry["concealedSamples"]) - number(entry["silentConcealedSamples"]);
        total += number(entry["totalSamplesReceived"]);
        jitter = Math.max(jitter, number(entry["jitter"]) * 1000);
      });
    }
  }
  const sample: Sample = {
    at: new Date().toISOString(),
    connection_quality: room.localParticipant.connectionQuality,
    audio_only: audioOnly,
    packets_lost: lost,
    jitter_ms: Math.round(jitter * 10) / 10,
  };
  if (total > 0) sample.audio_concealed_ratio = Math.min(Math.max(concealed / total, 0), 1);
  return sample;
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
