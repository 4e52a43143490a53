import { useEffect, useRef, useState } from "react";

import type { Chat } from "./useChat.ts";

type Props = { chat: Chat; nameOf: (identity: string | undefined) => string; own: string; open: boolean };

const TIME = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });

export function ChatPanel({ chat, nameOf, own, open }: Props) {
  const [text, setText] = useState("");
  const list = useRef<HTMLOListElement>(null);

  useEffect(() => {
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [chat.messages.length, open]);

  const submit = (event: React.FormEvent) => {
    event.preventDefault();
    const message = text.trim();
    if (!message) return;
    setText("");
    chat.send(message);
  };

  return (
    <section className="chat" aria-label="Chat">
      <h2>Chat</h2>
      <ol ref={list} aria-live="polite" tabIndex={0} aria-label="Messages">
        {chat.messages.map((message) => (
          <li key={`${message.from} ${message.id}`} data-own={message.from === own}>
            <strong>{nameOf(message.from)}</strong> <time className="muted">{TIME.format(message.at)}</time>
            <span>{message.text}</span>
            {message.delivery === "sending" && <em className="muted">Sending…</em>}
            {message.delivery === "refused" && <em className="not-sent">Not sent</em>}
          </li>
        ))}
        {chat.messages.length === 0 && <li className="muted">No messages yet.</li>}
      </ol>
      <form onSubmit={submit}>
        <input
          value={text}
          onChange={(event) => setText(event.target.value)}
          maxLength={1000}
          placeholder="Message the class"
          aria-label="Message"
        />
        <button className="primary" disabled={text.trim() === ""}>
          Send
        </button>
      </form>
    </section>
  );
}
