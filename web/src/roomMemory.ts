// What the page keeps of the class while it connects anew; a raised hand also over a reload,
// and captions for later classes.

import { ChatLog } from "./chatLog.ts";

export type Panel = "chat" | "people" | "devices";

const CAPTIONS = "homeroom.captions";
const ON = "up";

export class RoomMemory {
  readonly chat = new ChatLog();
  panel: Panel | undefined;
  everyone = false; // in a grid, instead of the speaker on a stage
  private up: boolean;

  private captioned = stored(() => localStorage, CAPTIONS);

  constructor(private readonly key: string) {
    this.up = stored(() => sessionStorage, key);
  }

  get hand(): boolean {
    return this.up;
  }

  set hand(up: boolean) {
    this.up = up;
    store(() => sessionStorage, this.key, up);
  }

  // Whether captions are shown, in this browser's next classes too.
  get captions(): boolean {
    return this.captioned;
  }

  set captions(on: boolean) {
    this.captioned = on;
    store(() => localStorage, CAPTIONS, on);
  }
}

// A browser that stores nothing for this page forgets the value with a reload.
function store(storage: () => Storage, key: string, on: boolean): void {
  try {
    if (on) storage().setItem(key, ON);
    else storage().removeItem(key);
  } catch {
    // kept in memory alone
  }
}

function stored(storage: () => Storage, key: string): boolean {
  try {
    return storage().getItem(key) === ON;
  } catch {
    return false;
  }
}
