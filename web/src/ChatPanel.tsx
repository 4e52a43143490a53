import { useEffect, useMemo, useRef, useState } from "react";

import { useLanguage } from "./texts/language.ts";
import type { Chat } from "./useChat.ts";

type Props = { chat: Chat; nameOf: (identity: string | undefined) => string; own: string; open: boolean };

export function ChatPanel({ chat, nameOf, own, open }: Props) {
  const { texts, locale } = useLanguage();
  const time = useMemo(() => new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" }), [locale]);
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
    <section className="chat" aria-label={texts.chat}>
      <h2>{texts.chat}</h2>
      <ol ref={list} aria-live="polite" tabIndex={0} aria-label={texts.messages}>
        {chat.messages.map((message) => (
          <li key={`${message.from} ${message.id}`} data-own={message.from === own}>
            <strong dir="auto">{message.from ? nameOf(message.from) : texts.theSchool}</strong> <time className="muted">{time.format(message.at)}</time>
            <span dir="auto">{message.text}</span>
            {message.delivery === "sending" && <em className="muted">{texts.sending}</em>}
            {message.delivery === "refused" && <em className="not-sent">{texts.notSent}</em>}
          </li>
        ))}
        {chat.messages.length === 0 && <li className="muted">{texts.noMessages}</li>}
      </ol>
      <form onSubmit={submit}>
        <input
          value={text}
          onChange={(event) => setText(event.target.value)}
          maxLength={1000}
          placeholder={texts.messageTheClass}
          dir="auto"
          aria-label={texts.message}
        />
        <button className="primary" disabled={text.trim() === ""}>
          {texts.send}
        </button>
      </form>
    </section>
  );
}
