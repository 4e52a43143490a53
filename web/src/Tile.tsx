// The tile of a person or of a shared screen. It can be pinned to the stage, and fill the screen.

import {
  AudioTrack,
  ConnectionQualityIndicator,
  TrackMutedIndicator,
  useIsSpeaking,
  useTrackRefContext,
  VideoTrack,
  isTrackReference,
} from "@livekit/components-react";
import type { TrackReferenceOrPlaceholder } from "@livekit/components-react";
import { Track } from "livekit-client";
import { useRef } from "react";

import type { Person } from "./api.ts";
import { useTexts } from "./texts/language.ts";

export type TileProps = {
  nameOf: (identity: string | undefined) => string;
  hands: readonly string[];
  roles: Record<string, Person>;
  staged: boolean;
  isPinned: (track: TrackReferenceOrPlaceholder) => boolean;
  onPin: (track: TrackReferenceOrPlaceholder) => void;
  paused: boolean; // hides others' cameras, also until the server stops sending them
};

export function Tile({ nameOf, hands, roles, paused, staged, isPinned, onPin }: TileProps) {
  const element = useRef<HTMLElement>(null);
  const texts = useTexts();
  const track = useTrackRefContext();
  const { participant, source } = track;
  const speaking = useIsSpeaking(participant);
  const screen = source === Track.Source.ScreenShare;
  const name = nameOf(participant.identity);
  const label = screen ? texts.screenOf(name) : name;
  const pinned = isPinned(track);
  const hidden = paused && !participant.isLocal && !screen;
  const showsVideo = isTrackReference(track) && track.publication.track && !track.publication.isMuted && !hidden;
  const raised = hands.includes(participant.identity);
  return (
    <article className="tile" ref={element} data-speaking={speaking} data-screen={screen} aria-label={label}>
      {!screen && (
        <span className="initials" aria-hidden="true">
          {initials(name)}
        </span>
      )}
      {showsVideo && <VideoTrack trackRef={track} />}
      {screen && isTrackReference(track) && participant.getTrackPublication(Track.Source.ScreenShareAudio) && (
        <AudioTrack trackRef={{ participant, source: Track.Source.ScreenShareAudio, publication: track.publication }} />
      )}
      {raised && !screen && (
        <span className="hand-mark" role="img" aria-label={texts.handRaised}>
          <HandIcon />
        </span>
      )}
      <div className="tile-actions">
        <button aria-pressed={pinned} aria-label={texts.pinTile(label)} title={pinned ? texts.unpin : texts.pin} onClick={() => onPin(track)}>
          <PinIcon />
        </button>
        {staged && document.fullscreenEnabled && (
          <button aria-label={texts.fullScreenTile(label)} title={texts.fullScreen} onClick={() => toggleFullScreen(element.current)}>
            <FullScreenIcon />
          </button>
        )}
      </div>
      <footer className="tile-name">
        <TrackMutedIndicator trackRef={{ participant, source: Track.Source.Microphone }} show="muted" />
        <span className="name">{participant.isLocal && !screen ? texts.you(label) : label}</span>
        {roles[participant.identity]?.role === "instructor" && !screen && <span className="role">{texts.instructor}</span>}
        <ConnectionQualityIndicator />
      </footer>
    </article>
  );
}

function toggleFullScreen(element: HTMLElement | null): void {
  if (document.fullscreenElement) void document.exitFullscreen();
  else void element?.requestFullscreen();
}

function PinIcon() {
  return (
    <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" fill="currentColor">
      <path d="M8 3h8v2l-1.500 1v5l3 3v2H13v5l-1 1-1-1v-5H6.500v-2l3-3V6L8 5z" />
    </svg>
  );
}

function FullScreenIcon() {
  return (
    <svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" fill="currentColor">
      <path d="M4 4h6v2H6v4H4zm10 0h6v6h-2V6h-4zM4 14h2v4h4v2H4zm14 0h2v6h-6v-2h4z" />
    </svg>
  );
}

export function HandIcon() {
  return (
    <svg viewBox="0 0 24 24" width="20" height="20" aria-hidden="true" fill="currentColor">
      <path d="M12 2a1.5 1.5 0 0 0-1.5 1.5V10h-.7V4.8a1.4 1.4 0 1 0-2.8 0v8l-1.5-1.7a1.5 1.5 0 0 0-2.3 2L7.400 18.500A6 6 0 0 0 12 21a6 6 0 0 0 6-6V7a1.4 1.4 0 1 0-2.800 0v3.500h-.700V4.800a1.4 1.4 0 0 0-1-1.300A1.500 1.500 0 0 0 12 2z" />
    </svg>
  );
}

function initials(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  return ((words[0]?.[0] ?? "") + (words.length > 1 ? (words.at(-1)?.[0] ?? "") : "")).toUpperCase();
}
