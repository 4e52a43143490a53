// Applies the audio-only fallback to the room: unsubscribes from others' video and pauses the own camera.

import { useRoomContext } from "@livekit/components-react";
import { ConnectionQuality, RoomEvent, Track } from "livekit-client";
import type { Room } from "livekit-client";
import { useEffect, useRef, useState } from "react";

import { sendSamples } from "./api.ts";
import { start, step } from "./fallback.ts";
import type { Fallback, Quality } from "./fallback.ts";

const CHECK_EVERY = 1000; // milliseconds

export function useFallback(): Fallback {
  const room = useRoomContext();
  const [state, setState] = useState(start);
  const cameraWasOn = useRef(false);

  useEffect(() => {
    let current = start;
    const check = () => {
      const next = step(current, qualityOf(room), Date.now());
      if (next.audioOnly !== current.audioOnly) {
        if (next.audioOnly) cameraWasOn.current = room.localParticipant.isCameraEnabled;
        void apply(room, next.audioOnly, cameraWasOn.current);
        sendSamples([{ at: new Date().toISOString(), event: next.audioOnly ? "audio_only_on" : "audio_only_off" }]);
      }
      if (next !== current) setState(next);
      current = next;
    };
    const keepPaused = () => {
      if (current.audioOnly) setVideo(room, false);
    };
    const timer = setInterval(check, CHECK_EVERY);
    room.on(RoomEvent.TrackPublished, keepPaused);
    room.on(RoomEvent.TrackSubscribed, keepPaused);
    return () => {
      clearInterval(timer);
      room.off(RoomEvent.TrackPublished, keepPaused);
      room.off(RoomEvent.TrackSubscribed, keepPaused);
    };
  }, [room]);
  return state;
}

function qualityOf(room: Room): Quality {
  switch (room.localParticipant.connectionQuality) {
    case ConnectionQuality.Excellent:
      return "excellent";
    case ConnectionQuality.Good:
      return "good";
    case ConnectionQuality.Poor:
      return "poor";
    case ConnectionQuality.Lost:
      return "lost";
    default:
      return "unknown";
  }
}

async function apply(room: Room, audioOnly: boolean, cameraWasOn: boolean): Promise<void> {
  setVideo(room, !audioOnly);
  if (cameraWasOn) await room.localParticipant.setCameraEnabled(!audioOnly);
}

function setVideo(room: Room, subscribed: boolean): void {
  for (const participant of room.remoteParticipants.values()) {
    for (const publication of participant.videoTrackPublications.values()) {
      if (publication.source === Track.Source.Camera) publication.setSubscribed(subscribed);
    }
  }
}
