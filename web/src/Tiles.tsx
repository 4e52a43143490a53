// The people and shared screens: one on the stage and the others in a strip, or all in a grid as large as it fits.

import { TrackLoop, useSpeakingParticipants } from "@livekit/components-react";
import type { TrackReferenceOrPlaceholder } from "@livekit/components-react";
import { Track } from "livekit-client";
import { useEffect, useRef, useState } from "react";

import { columns } from "./columns.ts";
import { nextSpeaker, nobody, onStage } from "./stage.ts";
import { useTexts } from "./texts/language.ts";
import { Tile } from "./Tile.tsx";
import type { TileProps } from "./Tile.tsx";

const CHECK_EVERY = 500; // milliseconds

type Props = { tracks: TrackReferenceOrPlaceholder[]; first: string | undefined; everyone: boolean } & Pick<
  TileProps,
  "nameOf" | "hands" | "roles" | "paused"
>;

export function Tiles({ tracks, first, everyone, ...tile }: Props) {
  const texts = useTexts();
  const [pinned, setPinned] = useState<string>();
  const speaker = useSpeaker();
  const candidates = tracks.map((track) => ({
    key: keyOf(track),
    identity: track.participant.identity,
    screen: track.source === Track.Source.ScreenShare,
    local: track.participant.isLocal,
  }));
  const staged = onStage(candidates, { pinned, speaker, first, everyone });
  const stage = tracks.filter((track) => keyOf(track) === staged);
  const others = tracks.filter((track) => keyOf(track) !== staged);
  const togglePin = (track: TrackReferenceOrPlaceholder) => {
    const key = keyOf(track);
    setPinned(key === pinned ? undefined : key);
  };
  const shown = (staged: boolean) => (
    <Tile {...tile} staged={staged} isPinned={(track) => keyOf(track) === pinned} onPin={togglePin} />
  );
  return (
    <main className="tiles" aria-label={texts.peopleInClass} data-staged={stage.length > 0}>
      {stage.length > 0 && (
        <div className="staged">
          <TrackLoop tracks={stage}>{shown(true)}</TrackLoop>
        </div>
      )}
      {stage.length > 0 ? (
        others.length > 0 && (
          <div className="strip" role="group" aria-label={texts.others} tabIndex={0}>
            <TrackLoop tracks={others}>{shown(false)}</TrackLoop>
          </div>
        )
      ) : (
        <Grid tracks={others}>{shown(false)}</Grid>
      )}
    </main>
  );
}

function Grid({ tracks, children }: { tracks: TrackReferenceOrPlaceholder[]; children: React.ReactNode }) {
  const texts = useTexts();
  const box = useRef<HTMLDivElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setSize(entry.contentRect));
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const inRow = columns(tracks.length, size.width, size.height);
  return (
    <div className="grid-box" ref={box} role="group" aria-label={texts.everyone} tabIndex={0}>
      <div className="tile-grid" style={{ gridTemplateColumns: `repeat(${inRow}, minmax(0, 1fr))` }}>
        <TrackLoop tracks={tracks}>{children}</TrackLoop>
      </div>
    </div>
  );
}

// The identity of the other person who has spoken last, for the stage.
function useSpeaker(): string | undefined {
  const speaking = useSpeakingParticipants();
  const latest = useRef<string[]>([]);
  latest.current = speaking.filter((one) => !one.isLocal).map((one) => one.identity);
  const [current, setCurrent] = useState(nobody);
  useEffect(() => {
    const check = () => setCurrent((before) => nextSpeaker(before, latest.current, Date.now()));
    const timer = setInterval(check, CHECK_EVERY);
    return () => clearInterval(timer);
  }, []);
  return current.identity;
}

function keyOf(track: TrackReferenceOrPlaceholder): string {
  return `${track.participant.identity}/${track.source}`;
}
