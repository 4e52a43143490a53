// The classroom: the LiveKit room with its tiles, chat, raised hands and controls.

import {
  LiveKitRoom,
  RoomAudioRenderer,
  useIsRecording,
  useRoomContext,
  useTracks,
} from "@livekit/components-react";
import { AudioPresets, DisconnectReason, Room, RoomEvent, Track } from "livekit-client";
import type { Participant, TrackPublication } from "livekit-client";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { fetchClass, fetchPeople, now } from "./api.ts";
import type { ClassInfo, Credentials, Person } from "./api.ts";
import { CaptionLines } from "./CaptionLines.tsx";
import { ChatPanel } from "./ChatPanel.tsx";
import { ConnectionBanner } from "./ConnectionBanner.tsx";
import { Controls } from "./Controls.tsx";
import type { Devices } from "./DeviceCheck.tsx";
import { DevicesPanel } from "./DevicesPanel.tsx";
import { RaisedHands, useHands } from "./hands.tsx";
import { PeoplePanel } from "./PeoplePanel.tsx";
import type { RoomMemory } from "./roomMemory.ts";
import { MOST_SIDE_BY_SIDE } from "./stage.ts";
import { duration, useLanguage, useTexts } from "./texts/language.ts";
import { Tiles } from "./Tiles.tsx";
import { timeLeft } from "./timeLeft.ts";
import { useCaptions } from "./useCaptions.ts";
import { useChat } from "./useChat.ts";
import { useConnection } from "./useConnection.ts";
import { useFallback } from "./useFallback.ts";
import { useQualityReports } from "./useQualityReports.ts";
import { useShortcut } from "./useShortcut.ts";

export type Leaving = "ended" | "left" | "moved" | "removed" | "lost";
type Props = {
  credentials: Credentials;
  devices: Devices;
  memory: RoomMemory;
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

export function Classroom({ credentials, devices, memory, onArrive, onLeave }: Props) {
  const chosen = useRef(devices); // kept here, because a lost room has no tracks that would tell
  const room = useMemo(
    () =>
      new Room({
        adaptiveStream: true,
        dynacast: true,
        audioCaptureDefaults: { deviceId: devices.audioDeviceId },
        videoCaptureDefaults: { deviceId: devices.videoDeviceId },
        ...(devices.speakerId ? { audioOutput: { deviceId: devices.speakerId } } : {}),
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
  useEffect(() => {
    // Whom the instructor has muted comes back muted.
    const onMuted = (track: TrackPublication, who: Participant) => {
      if (who.isLocal && track.source === Track.Source.Microphone) rememberDevices({ audio: false });
    };
    room.on(RoomEvent.TrackMuted, onMuted);
    return () => void room.off(RoomEvent.TrackMuted, onMuted);
  }, [room, rememberDevices]);

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
      <ConnectedRoom credentials={credentials} memory={memory} rememberDevices={rememberDevices} />
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

type People = { people: Record<string, Person>; refresh: () => Promise<void> };

function usePeople(credentials: Credentials): People {
  const room = useRoomContext();
  const [people, setPeople] = useState(credentials.people);
  const refresh = useCallback(
    () => fetchPeople().then((answer) => setPeople((before) => ({ ...before, ...answer }))),
    [],
  );
  useEffect(() => {
    // Homeroom is asked once about an identity: it may not know it either.
    const asked = new Set(Object.keys(credentials.people));
    const lookUp = () => {
      const unknown = [...room.remoteParticipants.keys()].filter((identity) => !asked.has(identity));
      if (unknown.length === 0) return;
      unknown.forEach((identity) => asked.add(identity));
      refresh().catch(() => unknown.forEach((identity) => asked.delete(identity)));
    };
    const events = [RoomEvent.Connected, RoomEvent.Reconnected, RoomEvent.ParticipantConnected] as const;
    for (const event of events) room.on(event, lookUp);
    lookUp();
    return () => {
      for (const event of events) room.off(event, lookUp);
    };
  }, [room, credentials.people, refresh]);
  return { people, refresh };
}

const CLASS_EVERY = 30_000; // milliseconds

type ClassNow = { info: ClassInfo; refresh: () => Promise<void> };

// The class, which can be extended or locked meanwhile.
function useClass(credentials: Credentials): ClassNow {
  const [info, setInfo] = useState(credentials.class);
  const refresh = useCallback(() => fetchClass().then(setInfo), []);
  useEffect(() => {
    const timer = setInterval(() => void refresh().catch(() => undefined), CLASS_EVERY);
    return () => clearInterval(timer);
  }, [refresh]);
  return { info, refresh };
}

function TimeLeft({ info }: { info: ClassInfo }) {
  const [time, setTime] = useState(now);
  useEffect(() => {
    const timer = setInterval(() => setTime(now()), 5_000);
    return () => clearInterval(timer);
  }, []);
  const { texts, locale } = useLanguage();
  const left = timeLeft(Date.parse(info.starts_at), Date.parse(info.ends_at), time);
  const length = duration(left.minutes, locale);
  return (
    <span className="time-left" data-late={left.late}>
      {left.phase === "before" ? texts.startsIn(length) : left.phase === "over" ? texts.timeIsUp : texts.left(length)}
    </span>
  );
}

type ConnectedRoomProps = {
  credentials: Credentials;
  memory: RoomMemory;
  rememberDevices: (change: Partial<Devices>) => void;
};

function ConnectedRoom({ credentials, memory, rememberDevices }: ConnectedRoomProps) {
  const room = useRoomContext();
  const texts = useTexts();
  const connection = useConnection();
  const recording = useIsRecording();
  const { people, refresh: refreshPeople } = usePeople(credentials);
  const { info, refresh: refreshClass } = useClass(credentials);
  const hands = useHands(memory);
  const chat = useChat(memory.chat);
  const fallback = useFallback();
  useQualityReports(fallback.audioOnly);
  const [everyone, setEveryone] = useState(memory.everyone);
  useEffect(() => {
    memory.everyone = everyone;
  }, [memory, everyone]);
  const canCaption = credentials.features.captions;
  const [captions, setCaptions] = useState(canCaption && memory.captions);
  const toggleCaptions = useCallback(() => {
    if (!canCaption) return;
    memory.captions = !captions;
    setCaptions(!captions);
  }, [memory, captions, canCaption]);
  useShortcut("c", toggleCaptions);
  const captionLines = useCaptions(captions);
  const [panel, setPanel] = useState(memory.panel);
  useEffect(() => {
    memory.panel = panel;
    if (panel === "chat") memory.chat.markRead();
  }, [memory, panel, chat.messages]);
  const tracks = useTracks(SHOWN_TRACKS, ALSO_UNSUBSCRIBED).filter((track) => !track.participant.isAgent);
  const nameOf = useCallback(
    (identity: string | undefined) => people[identity ?? ""]?.name ?? texts.guest,
    [people, texts],
  );

  const moderates = credentials.role === "instructor";
  const refresh = () => void Promise.allSettled([refreshPeople(), refreshClass()]);
  const leave = () => {
    memory.hand = false;
    void room.disconnect();
  };
  const instructor = Object.keys(people).find((identity) => people[identity]?.role === "instructor");

  return (
    <>
      <header className="class-bar">
        <div>
          <h1>{info.title}</h1>
          <p className="muted">{info.course}</p>
        </div>
        <TimeLeft info={info} />
        {tracks.length > MOST_SIDE_BY_SIDE && (
          <button className="quiet layout" aria-pressed={everyone} onClick={() => setEveryone(!everyone)}>
            {texts.showEveryone}
          </button>
        )}
        <span className="rec-badge" data-on={recording} role="status">
          <span className="dot" aria-hidden="true" />
          {recording ? texts.recorded : texts.notRecorded}
        </span>
      </header>
      <div className="banners" role="status">
        <ConnectionBanner connection={connection} />
        {connection === "connected" && fallback.audioOnly && (
          <p className="banner">{texts.videoPaused}</p>
        )}
      </div>
      <div className="stage" data-panel={panel !== undefined}>
        <Tiles
          tracks={tracks}
          first={instructor}
          everyone={everyone}
          nameOf={nameOf}
          hands={hands.raised}
          roles={people}
          paused={fallback.audioOnly}
        />
        <aside className="side" hidden={panel === undefined}>
          <div hidden={panel !== "chat"}>
            <ChatPanel chat={chat} nameOf={nameOf} own={credentials.identity} open={panel === "chat"} />
          </div>
          {panel === "people" && moderates && (
            <PeoplePanel
              people={people}
              nameOf={nameOf}
              hands={hands.raised}
              locked={info.locked}
              onChanged={refresh}
            />
          )}
          {panel === "devices" && <DevicesPanel rememberDevices={rememberDevices} />}
        </aside>
      </div>
      {captions && <CaptionLines lines={captionLines} nameOf={nameOf} />}
      <RaisedHands hands={hands.raised} nameOf={nameOf} />
      <Controls
        features={credentials.features}
        rememberDevices={rememberDevices}
        handRaised={hands.own}
        onHand={() => void hands.toggle()}
        captions={captions}
        onCaptions={toggleCaptions}
        panel={panel}
        unread={memory.chat.unread(credentials.identity)}
        moderates={moderates}
        onPanel={(wanted) => setPanel(panel === wanted ? undefined : wanted)}
        onLeave={leave}
      />
    </>
  );
}
