// The classroom: the LiveKit room with its tiles, chat, raised hands and controls.

import {
  LiveKitRoom,
  RoomAudioRenderer,
  useIsRecording,
  useRoomContext,
  useTracks,
} from "@livekit/components-react";
import { AudioPresets, DisconnectReason, Room, RoomEvent, Track } from "livekit-client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { fetchPeople } from "./api.ts";
import type { Credentials, Person } from "./api.ts";
import { ChatPanel } from "./ChatPanel.tsx";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { Controls } from "./Controls.tsx";
import type { Devices } from "./DeviceCheck.tsx";
import { RaisedHands, useHands } from "./hands.tsx";
import { Tile } from "./Tile.tsx";
import { Tiles } from "./Tiles.tsx";
import { useConnection } from "./useConnection.ts";
import { useFallback } from "./useFallback.ts";
import { useQualityReports } from "./useQualityReports.ts";

export type Leaving = "ended" | "left" | "moved" | "removed" | "lost";
type Props = {
  credentials: Credentials;
  devices: Devices;
  onArrive: () => void;
  onLeave: (leaving: Leaving, devices: Devices) => void;
};

function leavingOf(reason: DisconnectReason | undefined): Leaving {
  switch (reason) {
    case DisconnectReason.ROOM_DELETED:
    case DisconnectReason.ROOM_CLOSED:
      return "ended";
    case DisconnectReason.CLIENT_INITIATED:
      return "left";
    case DisconnectReason.DUPLICATE_IDENTITY:
      return "moved";
    case DisconnectReason.PARTICIPANT_REMOVED:
      return "removed";
    default:
      return "lost";
  }
}

export function Classroom({ credentials, devices, onArrive, onLeave }: Props) {
  const chosen = useRef(devices); // kept here, because a lost room has no tracks that would tell
  const room = useMemo(
    () =>
      new Room({
        adaptiveStream: true,
        dynacast: true,
        audioCaptureDefaults: { deviceId: devices.audioDeviceId },
        videoCaptureDefaults: { deviceId: devices.videoDeviceId },
        publishDefaults: { simulcast: true, red: true, dtx: true, audioPreset: AudioPresets.speech },
      }),
    [devices],
  );
  useEffect(() => {
    const onDisconnected = (reason?: DisconnectReason) => onLeave(leavingOf(reason), chosen.current);
    room.on(RoomEvent.Disconnected, onDisconnected);
    return () => void room.off(RoomEvent.Disconnected, onDisconnected);
  }, [room, onLeave]);
  const rememberDevices = useCallback((change: Partial<Devices>) => {
    chosen.current = { ...chosen.current, ...change };
  }, []);

  return (
    <LiveKitRoom
      room={room}
      serverUrl={credentials.livekit_url}
      token={credentials.token}
      audio={devices.audio}
      video={devices.video}
      onConnected={onArrive}
      className="classroom"
    >
      <ConnectedRoom credentials={credentials} rememberDevices={rememberDevices} />
      <RoomAudioRenderer />
    </LiveKitRoom>
  );
}

// Constants, because a fresh array or object in a call makes the library compute everything again.
const SHOWN_TRACKS = [
  { source: Track.Source.Camera, withPlaceholder: true },
  { source: Track.Source.ScreenShare, withPlaceholder: false },
];
const ALSO_UNSUBSCRIBED = { onlySubscribed: false };

function usePeople(credentials: Credentials): Record<string, Person> {
  const room = useRoomContext();
  const [people, setPeople] = useState(credentials.people);
  useEffect(() => {
    // Homeroom is asked once about an identity: it may not know it either.
    const asked = new Set(Object.keys(credentials.people));
    const lookUp = () => {
      const unknown = [...room.remoteParticipants.keys()].filter((identity) => !asked.has(identity));
      if (unknown.length === 0) return;
      unknown.forEach((identity) => asked.add(identity));
      fetchPeople().then(
        (answer) => setPeople((before) => ({ ...before, ...answer })),
        () => unknown.forEach((identity) => asked.delete(identity)),
      );
    };
    const events = [RoomEvent.Connected, RoomEvent.Reconnected, RoomEvent.ParticipantConnected] as const;
    for (const event of events) room.on(event, lookUp);
    lookUp();
    return () => {
      for (const event of events) room.off(event, lookUp);
    };
  }, [room, credentials.people]);
  return people;
}

type ConnectedRoomProps = { credentials: Credentials; rememberDevices: (change: Partial<Devices>) => void };

function ConnectedRoom({ credentials, rememberDevices }: ConnectedRoomProps) {
  const room = useRoomContext();
  const connection = useConnection();
  const recording = useIsRecording();
  const people = usePeople(credentials);
  const hands = useHands();
  const fallback = useFallback();
  useQualityReports(fallback.audioOnly);
  const [chatOpen, setChatOpen] = useState(false);
  const [unread, setUnread] = useState(0);
  const tracks = useTracks(SHOWN_TRACKS, ALSO_UNSUBSCRIBED).filter((track) => !track.participant.isAgent);
  const nameOf = useCallback(
    (identity: string | undefined) => people[identity ?? ""]?.name ?? "Guest",
    [people],
  );
  const showChat = (open: boolean) => {
    setChatOpen(open);
    setUnread(0);
  };

  return (
    <>
      <header className="class-bar">
        <div>
          <h1>{credentials.class.title}</h1>
          <p className="muted">{credentials.class.course}</p>
        </div>
        <span className="rec-badge" data-on={recording} role="status">
          <span className="dot" aria-hidden="true" />
          {recording ? "This class is recorded" : "Not recorded"}
        </span>
      </header>
      <div className="banners" role="status">
        <ConnectionBanner connection={connection} />
        {connection === "connected" && fallback.audioOnly && (
          <p className="banner">
            Video is paused to keep the sound clear. It will resume when your connection improves.
          </p>
        )}
      </div>
      <div className="stage" data-chat={chatOpen}>
        <Tiles tracks={tracks}>
          <Tile nameOf={nameOf} hands={hands.raised} roles={people} paused={fallback.audioOnly} />
        </Tiles>
        <aside className="side" hidden={!chatOpen}>
          <ChatPanel nameOf={nameOf} own={credentials.identity} open={chatOpen} onUnread={() => setUnread((n) => n + 1)} />
        </aside>
      </div>
      <RaisedHands hands={hands.raised} nameOf={nameOf} />
      <Controls
        features={credentials.features}
        rememberDevices={rememberDevices}
        handRaised={hands.own}
        onHand={() => void hands.toggle()}
        chatOpen={chatOpen}
        unread={unread}
        onChat={() => showChat(!chatOpen)}
        onLeave={() => void room.disconnect()}
      />
    </>
  );
}
