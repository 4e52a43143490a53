// Raised hands as data messages. Participants whose hand is up send it again when somebody joins.

import { useRoomContext } from "@livekit/components-react";
import { RoomEvent } from "livekit-client";
import type { Participant, RemoteParticipant } from "livekit-client";
import { useCallback, useEffect, useRef, useState } from "react";

const TOPIC = "homeroom.hand";
const NAMES = new Intl.ListFormat("en-GB");

type Hands = { raised: string[]; own: boolean; toggle: () => Promise<void> };

export function useHands(): Hands {
  const room = useRoomContext();
  const [raised, setRaised] = useState<string[]>([]);
  const own = useRef(false);

  const setHand = useCallback((identity: string, up: boolean) => {
    setRaised((hands) => {
      const others = hands.filter((hand) => hand !== identity);
      return up ? (hands.includes(identity) ? hands : [...others, identity]) : others;
    });
  }, []);

  const sendHand = useCallback(
    async (up: boolean) => {
      const payload = new TextEncoder().encode(JSON.stringify({ raised: up }));
      await room.localParticipant.publishData(payload, { reliable: true, topic: TOPIC });
    },
    [room],
  );

  useEffect(() => {
    const onData = (payload: Uint8Array, from?: RemoteParticipant, _kind?: unknown, topic?: string) => {
      if (topic !== TOPIC || !from) return;
      try {
        const message = JSON.parse(new TextDecoder().decode(payload)) as { raised?: unknown };
        setHand(from.identity, message.raised === true);
      } catch {
        // not a message of this page
      }
    };
    const onJoined = () => {
      if (own.current) void sendHand(true);
    };
    const onLeft = (participant: Participant) => setHand(participant.identity, false);
    room.on(RoomEvent.DataReceived, onData);
    room.on(RoomEvent.ParticipantConnected, onJoined);
    room.on(RoomEvent.ParticipantDisconnected, onLeft);
    return () => {
      room.off(RoomEvent.DataReceived, onData);
      room.off(RoomEvent.ParticipantConnected, onJoined);
      room.off(RoomEvent.ParticipantDisconnected, onLeft);
    };
  }, [room, setHand, sendHand]);

  const toggle = useCallback(async () => {
    own.current = !own.current;
    setHand(room.localParticipant.identity, own.current);
    await sendHand(own.current);
  }, [room, setHand, sendHand]);

  return { raised, own: raised.includes(room.localParticipant.identity), toggle };
}

export function RaisedHands({ hands, nameOf }: { hands: string[]; nameOf: (identity: string) => string }) {
  return (
    <p className="raised" role="status">
      {hands.length > 0 && `Hands raised: ${NAMES.format(hands.map(nameOf))}`}
    </p>
  );
}
