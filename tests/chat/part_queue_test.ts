import { expect, test } from "bun:test";
import { PartQueue } from "../../lib/chat/part_queue.ts";
import type { ChatPart } from "../../lib/chat/reading.ts";

function textPart(text: string): ChatPart {
  return { type: "text", text, choice: 0, at: 1 };
}

function queueOf(...texts: readonly string[]): { queue: PartQueue; left: () => number } {
  let left = 0;
  const queue = new PartQueue({ onLeave: () => void left++ });
  queue.add(texts.map(textPart));
  return { queue, left: () => left };
}

test("a queue gives parts in order, those that are there and those that arrive while it is waited", async () => {
  const { queue } = queueOf("a", "b");
  const taken = Array.fromAsync(queue);
  await Promise.resolve();
  queue.add([textPart("c")]);
  await Promise.resolve();
  queue.add([]);
  queue.add([textPart("d"), textPart("e")]);
  queue.end();
  expect(await taken).toEqual(["a", "b", "c", "d", "e"].map(textPart));
});

test("a queue serves those who wait at the same time in the order in which they asked", async () => {
  const { queue } = queueOf("a");
  const asked = [queue.next(), queue.next(), queue.next(), queue.next()];
  queue.add([textPart("b"), textPart("c")]);
  queue.end();
  expect(await Promise.all(asked)).toEqual([
    ...["a", "b", "c"].map((text) => ({ done: false, value: textPart(text) })),
    { done: true, value: undefined },
  ]);
  expect(await queue.next()).toEqual({ done: true, value: undefined });
});

test("a queue whose end has come gives what is left in it first", async () => {
  const { queue, left } = queueOf("a", "b");
  queue.end();
  expect(left()).toBe(0);
  expect(await Array.fromAsync(queue)).toEqual([textPart("a"), textPart("b")]);
  expect(left()).toBeGreaterThan(0);
});

test("leaving a queue tells so at once, and nothing more comes out of it", async () => {
  const { queue, left } = queueOf("a", "b");
  for await (const part of queue) {
    expect(part).toEqual(textPart("a"));
    break;
  }
  expect(left()).toBe(1);
  queue.add([textPart("c")]);
  expect(await queue.next()).toEqual({ done: true, value: undefined });
  const { queue: empty } = queueOf();
  const waiting = empty.next();
  await empty.return();
  expect(await waiting).toEqual({ done: true, value: undefined });
});
