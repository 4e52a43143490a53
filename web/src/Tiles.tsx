// The grid of tiles, each as large as the window allows.

import { TrackLoop } from "@livekit/components-react";
import type { TrackReferenceOrPlaceholder } from "@livekit/components-react";
import { useEffect, useRef, useState } from "react";

import { columns } from "./columns.ts";

type Props = { tracks: TrackReferenceOrPlaceholder[]; children: React.ReactNode };

export function Tiles({ tracks, children }: Props) {
  const box = useRef<HTMLElement>(null);
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => entry && setSize(entry.contentRect));
    if (box.current) observer.observe(box.current);
    return () => observer.disconnect();
  }, []);
  const inRow = columns(tracks.length, size.width, size.height);
  return (
    <main className="tiles" aria-label="People in the class" ref={box} tabIndex={0}>
      <div className="tile-grid" style={{ gridTemplateColumns: `repeat(${inRow}, minmax(0, 1fr))` }}>
        <TrackLoop tracks={tracks}>{children}</TrackLoop>
      </div>
    </main>
  );
}
