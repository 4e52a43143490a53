import { useChat } from "@livekit/components-react";
import { useEffect, useEffectEvent, useRef, useState } from "react";

type Props = { nameOf: (identity: string | undefined) => string; own: string; open: boolean; onUnread: () => void };

export function ChatPanel({ nameOf, own, open, onUnread }: Props) {
  const { chatMessages, send, isSending } = useChat();
  const [text, setText] = useState("");
  const list = useRef<HTMLOListElement>(null);
  const seen = useRef(0);
  const [notSent, setNotSent] = useState(false);
  const reportUnread = useEffectEvent(onUnread);

  useEffect(() => {
    if (chatMessages.length > seen.current && !open) reportUnread();
    seen.current = chatMessages.length;
    list.current?.scrollTo({ top: list.current.scrollHeight });
  }, [chatMessages.length, open]);

  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    const message = text.trim();
    if (!message) return;
    setText("");
    setNotSent(false);
    try {
      await send(message);
    } catch {
      setNotSent(true);
      setText((typed) => (typed ? `${message} ${typed}` : message));
    }
  };

  return (
    <section className="chat" aria-label="Chat">
      <h2>Chat</h2>
      <ol ref={list} aria-live="polite" tabIndex={0} aria-label="Messages">
        {chatMessages.map((message, index) => (
          <li key={message.id ?? index} data-own={message.from?.identity === own}>
            <strong>{nameOf(message.from?.identity)}</strong>
            <span>{message.message}</span>
          </li>
        ))}
        {chatMessages.length === 0 && <li className="muted">No messages yet.</li>}
      </ol>
      {notSent && (
        <p className="trouble" role="alert">
          Your message was not sent. Send it again when you are connected.
        </p>
      )}
      <form onSubmit={(event) => void submit(event)}>
        <input
          value={text}
          onChange={(event) => setText(event.target.value)}
          maxLength={1000}
          placeholder="Message the class"
          aria-label="Message"
        />
        <button className="primary" disabled={isSending || text.trim() === ""}>
          Send
        </button>
      </form>
    </section>
  );
}
