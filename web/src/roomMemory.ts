// What the page keeps of the class while it connects anew; a raised hand also over a reload.

import { ChatLog } from "./chatLog.ts";

export type Panel = "chat" | "people" | "devices";

export class RoomMemory {
  readonly chat = new ChatLog();
  panel: Panel | undefined;
  everyone = false; // in a grid, instead of the speaker on a stage
  private up: boolean;

  constructor(private readonly key: string) {
    this.up = stored(key);
  }

  get hand(): boolean {
    return this.up;
  }

  set hand(up: boolean) {
    this.up = up;
    try {
      if (up) sessionStorage.setItem(this.key, "up");
      else sessionStorage.removeItem(this.key);
    } catch {
      // The browser stores nothing for this page: the hand is kept until a reload.
    }
  }
}

function stored(key: string): boolean {
  try {
    return sessionStorage.getItem(key) === "up";
  } catch {
    return false;
  }
}
