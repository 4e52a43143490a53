// The class's chat as this page knows it: what it has heard, sent, or read from Homeroom, each message once.

export type Message = { id: string; from: string; at: number; text: string }; // from: empty for the school; at: milliseconds since 1970
export type Delivery = "sending" | "refused" | "sent";
export type ShownMessage = Message & { delivery: Delivery };

// Two people can choose the same id.
const keyOf = (message: Message) => `${message.from} ${message.id}`;

export class ChatLog {
  private readonly byKey = new Map<string, ShownMessage>();
  private readonly read = new Set<string>();
  private readonly listeners = new Set<() => void>();
  private shown: readonly ShownMessage[] = [];

  // In the order in which they were sent.
  readonly messages = (): readonly ShownMessage[] => this.shown;

  readonly subscribe = (changed: () => void): (() => void) => {
    this.listeners.add(changed);
    return () => void this.listeners.delete(changed);
  };

  // Adds messages that have reached others or the record. The time on the record replaces the time of hearing.
  add(messages: readonly Message[]): void {
    for (const message of messages) this.byKey.set(keyOf(message), { ...message, delivery: "sent" });
    if (messages.length > 0) this.changed();
  }

  // Adds a message of this page, which is not on the record yet.
  write(message: Message): void {
    this.byKey.set(keyOf(message), { ...message, delivery: "sending" });
    this.read.add(keyOf(message));
    this.changed();
  }

  settle(message: Message, delivery: Delivery): void {
    const known = this.byKey.get(keyOf(message));
    if (!known || known.delivery === "sent") return;
    this.byKey.set(keyOf(message), { ...known, delivery });
    this.changed();
  }

  unsent(): Message[] {
    return this.shown.filter((message) => message.delivery === "sending");
  }

  markRead(): void {
    const unread = this.shown.filter((message) => !this.read.has(keyOf(message)));
    for (const message of unread) this.read.add(keyOf(message));
    if (unread.length > 0) this.changed();
  }

  unread(own: string): number {
    return this.shown.filter((message) => message.from !== own && !this.read.has(keyOf(message))).length;
  }

  private changed(): void {
    this.shown = [...this.byKey.values()].sort((a, b) => a.at - b.at || (keyOf(a) < keyOf(b) ? -1 : 1));
    for (const listener of this.listeners) listener();
  }
}
