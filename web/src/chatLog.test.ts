import { expect, test } from "vitest";

import { ChatLog } from "./chatLog.ts";
import type { Message } from "./chatLog.ts";

const message = (id: string, at: number, from = "ana"): Message => ({ id, from, at, text: `${from} ${id}` });
const texts = (log: ChatLog) => log.messages().map((shown) => shown.text);

test("a message that is heard and on the record is shown once, at the time on the record", () => {
  const log = new ChatLog();
  log.add([message("1", 50), message("2", 40)]);
  log.add([message("1", 30), message("2", 40), message("0", 10)]);
  expect(texts(log)).toEqual(["ana 0", "ana 1", "ana 2"]);
});

test("messages of two people with the same id are two", () => {
  const log = new ChatLog();
  log.add([message("1", 10, "ana"), message("1", 20, "ben")]);
  expect(texts(log)).toEqual(["ana 1", "ben 1"]);
});

test("a written message is unsent until it is on the record", () => {
  const log = new ChatLog();
  log.write(message("1", 10));
  log.write(message("2", 20));
  log.settle(message("1", 10), "sent");
  expect(log.unsent().map((unsent) => unsent.id)).toEqual(["2"]);
  log.add([message("2", 21)]);
  expect(log.unsent()).toEqual([]);
});

test("a refused message is shown and not sent again, and a sent one stays sent", () => {
  const log = new ChatLog();
  log.write(message("1", 10));
  log.settle(message("1", 10), "refused");
  expect(log.unsent()).toEqual([]);
  expect(log.messages()[0]?.delivery).toBe("refused");
  log.add([message("2", 20)]);
  log.settle(message("2", 20), "refused");
  expect(log.messages()[1]?.delivery).toBe("sent");
});

test("messages of others are unread until they are marked, also those that came while the page was away", () => {
  const log = new ChatLog();
  log.add([message("1", 10, "ben")]);
  log.write(message("2", 20));
  expect(log.unread("ana")).toBe(1);
  log.markRead();
  expect(log.unread("ana")).toBe(0);
  log.add([message("1", 11, "ben"), message("3", 15, "ben")]);
  expect(log.unread("ana")).toBe(1);
});

test("listeners hear of changes, and the list is the same object between them", () => {
  const log = new ChatLog();
  let changes = 0;
  const stop = log.subscribe(() => changes++);
  log.add([message("1", 10)]);
  expect(log.messages()).toBe(log.messages());
  log.add([]);
  stop();
  log.add([message("2", 20)]);
  expect(changes).toBe(1);
});
