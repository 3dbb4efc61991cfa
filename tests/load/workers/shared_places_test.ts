import { expect, test } from "bun:test";
import {
  type AskForPlace,
  AskedPlaces,
  SharedPlaces,
} from "../../../lib/load/workers/shared_places.ts";

/** A worker's places over a channel that is a call. */
function joined(pool: SharedPlaces) {
  const told: AskForPlace[] = [];
  const asked = new AskedPlaces((message) => {
    told.push(message);
    if (message.kind === "place_wanted") void given.ask(message.id);
    else given.free();
  });
  const given = pool.forWorker((id) => asked.granted(id));
  return { asked, given, told };
}

const { signal } = new AbortController();

test("places are given to all workers in the order in which they asked", async () => {
  const pool = new SharedPlaces(1);
  const [one, other] = [joined(pool), joined(pool)];
  expect(await one.asked.acquire(signal)).toBe(true);
  const order: string[] = [];
  const second = other.asked.acquire(signal).then(() => order.push("other"));
  const third = one.asked.acquire(signal).then(() => order.push("one"));
  one.asked.release();
  await second;
  expect(order).toEqual(["other"]);
  other.asked.release();
  await third;
  expect(order).toEqual(["other", "one"]);
});

test("a place that nobody waits for any more goes back", async () => {
  const pool = new SharedPlaces(1);
  const [one, other] = [joined(pool), joined(pool)];
  await one.asked.acquire(signal);
  const stop = new AbortController();
  const given = other.asked.acquire(stop.signal);
  stop.abort();
  expect(await given).toBe(false);
  one.asked.release();
  expect(await one.asked.acquire(signal)).toBe(true);
  expect(other.told.at(-1)).toEqual({ kind: "place_free" });
});

test("what a lost worker held is free again", async () => {
  const pool = new SharedPlaces(2);
  const [lost, other] = [joined(pool), joined(pool)];
  await lost.asked.acquire(signal);
  await lost.asked.acquire(signal);
  const waiting = lost.asked.acquire(signal);
  const given = other.asked.acquire(signal);
  lost.given[Symbol.dispose]();
  expect(await given).toBe(true);
  expect(await other.asked.acquire(signal)).toBe(true);
  expect(await Promise.race([waiting, Promise.resolve("waiting")])).toBe("waiting");
});
