// Chat over LiveKit's text streams. Homeroom has the whole chat, and gets each message that this page sends.

import { useRoomContext } from "@livekit/components-react";
import { ConnectionState, RoomEvent } from "livekit-client";
import type { TextStreamHandler } from "livekit-client";
import { useCallback, useEffect, useRef, useSyncExternalStore } from "react";

import { fetchChat, keepMessage, now } from "./api.ts";
import type { ChatLog, Message, ShownMessage } from "./chatLog.ts";

const TOPIC = "lk.chat";
const SCHOOL_TOPIC = "homeroom.message"; // what the school says: a data message without a sender
const RETRY_EVERY = 5_000; // milliseconds

export type Chat = { messages: readonly ShownMessage[]; send: (text: string) => void };

export function useChat(log: ChatLog): Chat {
  const room = useRoomContext();
  const messages = useSyncExternalStore(log.subscribe, log.messages);
  const transmitted = useRef(new Set<string>()); // ids of messages that went out on the present connection

  const deliver = useCallback(
    async (message: Message) => {
      try {
        if (!transmitted.current.has(message.id)) {
          const writer = await room.localParticipant.streamText({ topic: TOPIC, streamId: message.id });
          await writer.write(message.text);
          await writer.close();
          transmitted.current.add(message.id);
        }
      } catch {
        return; // sent again once the page is connected
      }
      const delivery = await keepMessage(message.id, message.text);
      if (delivery !== "sending") log.settle(message, delivery);
    },
    [room, log],
  );

  useEffect(() => {
    const onMessage: TextStreamHandler = (reader, sender) => {
      const at = now();
      void reader.readAll().then(
        (text) => log.add([{ id: reader.info.id, from: sender.identity, at, text }]),
        () => undefined, // the sender went away in the middle of it
      );
    };
    const onData = (payload: Uint8Array, from?: unknown, _kind?: unknown, topic?: string) => {
      if (topic !== SCHOOL_TOPIC || from) return;
      try {
        const { id, sent_at, text } = JSON.parse(new TextDecoder().decode(payload)) as Record<string, unknown>;
        log.add([{ id: String(id), from: "", at: Date.parse(String(sent_at)), text: String(text) }]);
      } catch {
        // not a message of Homeroom
      }
    };
    let complete = false; // whether the page has what it missed before it was connected
    let busy = false;
    const catchUp = async () => {
      if (busy || room.state !== ConnectionState.Connected) return;
      busy = true;
      try {
        if (!complete) {
          complete = true;
          log.add(await fetchChat());
        }
        for (const message of log.unsent()) await deliver(message);
      } catch {
        complete = false; // Homeroom did not answer
      }
      busy = false;
    };
    const onConnected = () => {
      complete = false;
      transmitted.current.clear();
      void catchUp();
    };
    room.registerTextStreamHandler(TOPIC, onMessage);
    room.on(RoomEvent.DataReceived, onData);
    room.on(RoomEvent.Connected, onConnected);
    room.on(RoomEvent.Reconnected, onConnected);
    const timer = setInterval(() => void catchUp(), RETRY_EVERY);
    return () => {
      room.unregisterTextStreamHandler(TOPIC);
      room.off(RoomEvent.DataReceived, onData);
      room.off(RoomEvent.Connected, onConnected);
      room.off(RoomEvent.Reconnected, onConnected);
      clearInterval(timer);
    };
  }, [room, log, deliver]);

  const send = useCallback(
    (text: string) => {
      const message = { id: crypto.randomUUID(), from: room.localParticipant.identity, at: now(), text };
      log.write(message);
      void deliver(message);
    },
    [room, log, deliver],
  );
  return { messages, send };
}
