// Raised hands as data messages. Each page says on arrival whether its hand is up, and again to whoever arrives. It asks
// whoever arrives, too: a message that comes before the news of its sender's arrival has no sender and counts for nothing.

import { useRoomContext } from "@livekit/components-react";
import { RoomEvent } from "livekit-client";
import type { Participant, RemoteParticipant } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";

import type { RoomMemory } from "./roomMemory.ts";
import { listed, useLanguage } from "./texts/language.ts";

const TOPIC = "homeroom.hand";

type Hands = { raised: string[]; own: boolean; toggle: () => Promise<void> };

export function useHands(memory: RoomMemory): Hands {
  const room = useRoomContext();
  const [raised, setRaised] = useState<string[]>([]);
  // The connection (LiveKit's participant sid) that each hand was announced from: after a return, the message may come
  // before the news that the earlier connection has ended.
  const announcedFrom = useRef(new Map<string, string>());

  const setHand = useCallback((identity: string, up: boolean) => {
    setRaised((hands) => {
      const others = hands.filter((hand) => hand !== identity);
      return up ? (hands.includes(identity) ? hands : [...others, identity]) : others;
    });
  }, []);

  const say = useCallback(
    async (message: object, destinationIdentities: string[] = []) => {
      const payload = new TextEncoder().encode(JSON.stringify(message));
      const options = { reliable: true, topic: TOPIC, destinationIdentities };
      // Without a connection nobody hears it; then it is announced on return.
      await room.localParticipant.publishData(payload, options).catch(() => undefined);
    },
    [room],
  );

  const announce = useCallback(
    async (up: boolean) => {
      setHand(room.localParticipant.identity, up);
      await say({ raised: up, sid: room.localParticipant.sid });
    },
    [room, say, setHand],
  );

  useEffect(() => {
    const onData = (payload: Uint8Array, from?: RemoteParticipant, _kind?: unknown, topic?: string) => {
      if (topic !== TOPIC) return;
      try {
        const message = JSON.parse(new TextDecoder().decode(payload)) as { raised?: unknown; sid?: unknown; lower?: unknown; ask?: unknown };
        if (message.ask === true) {
          if (memory.hand) void announce(true);
        } else if (from) {
          announcedFrom.current.set(from.identity, typeof message.sid === "string" ? message.sid : from.sid);
          setHand(from.identity, message.raised === true);
        } else if (Array.isArray(message.lower)) lower(message.lower);
      } catch {
        // not a message of this page
      }
    };
    // The instructor lowers hands through Homeroom, whose message has no sender.
    const lower = (identities: unknown[]) => {
      for (const identity of identities) setHand(String(identity), false);
      if (!memory.hand || !identities.includes(room.localParticipant.identity)) return;
      memory.hand = false;
      void announce(false);
    };
    const onConnected = () => void announce(memory.hand);
    const onActive = ({ identity }: Participant) => {
      if (memory.hand) void announce(true);
      void say({ ask: true }, [identity]);
    };
    const onLeft = ({ identity, sid }: Participant) => {
      const from = announcedFrom.current.get(identity);
      if (from === undefined || from === sid) setHand(identity, false);
    };
    room.on(RoomEvent.DataReceived, onData);
    room.on(RoomEvent.Connected, onConnected);
    room.on(RoomEvent.Reconnected, onConnected);
    room.on(RoomEvent.ParticipantActive, onActive);
    room.on(RoomEvent.ParticipantDisconnected, onLeft);
    return () => {
      room.off(RoomEvent.DataReceived, onData);
      room.off(RoomEvent.Connected, onConnected);
      room.off(RoomEvent.Reconnected, onConnected);
      room.off(RoomEvent.ParticipantActive, onActive);
      room.off(RoomEvent.ParticipantDisconnected, onLeft);
    };
  }, [room, memory, setHand, say, announce]);

  const toggle = useCallback(async () => {
    memory.hand = !memory.hand;
    await announce(memory.hand);
  }, [memory, announce]);

  return { raised, own: raised.includes(room.localParticipant.identity), toggle };
}

export function RaisedHands({ hands, nameOf }: { hands: string[]; nameOf: (identity: string) => string }) {
  const { texts, locale } = useLanguage();
  return (
    <p className="raised" role="status">
      {hands.length > 0 && texts.handsRaised(listed(hands.map(nameOf), locale))}
    </p>
  );
}
