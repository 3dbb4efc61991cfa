import { expect, test } from "bun:test";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { monotonicClock } from "../../../lib/base/clock.ts";
import type { Reply, TimedBytes } from "../../../lib/server/reply/reply.ts";
import { type Played, playResponse } from "../../../lib/server/http/play_response.ts";
import { FAR, recording, watched } from "../../support/recordings.ts";

/** A server on loopback that plays this to whoever asks, and the promises of being asked and of having played. */
async function playing(
  recorded: Reply,
  {
    signal = new AbortController().signal,
    began,
  }: { readonly signal?: AbortSignal; readonly began?: number } = {},
) {
  const asked = Promise.withResolvers<void>();
  const played = Promise.withResolvers<Played>();
  const server = createServer((_request, response) => {
    asked.resolve();
    playResponse(response, recorded, { signal, began }).then(played.resolve, played.reject);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    asked: asked.promise,
    played: played.promise,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

test("the head arrives before the first piece", async () => {
  const stop = new AbortController();
  await using server = await playing(
    recording([{ text: "data: late\n\n", at: FAR }], { headers: { "x-request-id": "r1" } }),
    stop,
  );
  const response = await fetch(server.url);
  expect(response.status).toBe(200);
  expect(response.headers.get("x-request-id")).toBe("r1");
  stop.abort();
  await server.played;
});

test("times count from when the request was there, not from when its answer was planned", async () => {
  await using server = await playing(
    recording([{ text: "data: late\n\n", at: FAR }], { endAt: FAR }),
    {
      began: monotonicClock() - FAR,
    },
  );
  expect(await (await fetch(server.url)).text()).toBe("data: late\n\n");
  await server.played;
});

test("a piece arrives before the next one", async () => {
  const stop = new AbortController();
  await using server = await playing(
    recording([
      { text: "data: 你", at: 0 },
      { text: "好\n\n", at: FAR },
    ]),
    stop,
  );
  const reader = (await fetch(server.url)).body?.getReader();
  const { value } = (await reader?.read()) ?? {};
  expect(new TextDecoder().decode(value)).toBe("data: 你");
  stop.abort();
  await server.played;
});

test("pieces come in order and whole, with the recorded status and headers", async () => {
  const texts = ["data: 你", "好\n\n", ": ping\r\n\r\n", "", "data: [DONE]\n\n"];
  const pieces = texts.map((text, index) => ({ text, at: index * 2000 }));
  const headers = { "content-type": "application/json", "retry-after": "7" };
  await using server = await playing(recording(pieces, { status: 429, headers, endAt: 12_000 }));
  const response = await fetch(server.url);
  expect(response.status).toBe(429);
  expect(response.headers.get("content-type")).toBe("application/json");
  expect(response.headers.get("retry-after")).toBe("7");
  expect(await response.text()).toBe(texts.join(""));
  await server.played;
});

test("a response without a body is head and end", async () => {
  await using server = await playing(recording([], { status: 204, headers: {} }));
  const response = await fetch(server.url);
  expect([response.status, await response.text()]).toEqual([204, ""]);
});

test("the end of the signal ends the playing, before the head, a piece or the end", async () => {
  const cases = [
    recording([], { headAt: FAR, endAt: FAR }),
    recording([{ text: "a", at: FAR }]),
    recording([{ text: "a", at: 0 }], { endAt: FAR }),
  ];
  for (const recorded of cases) {
    const stop = new AbortController();
    await using server = await playing(recorded, stop);
    const answer = fetch(server.url).then((response) => response.text());
    const cut = answer.then(
      () => "whole",
      () => "cut",
    );
    await server.asked;
    stop.abort();
    await server.played;
    await server[Symbol.asyncDispose]();
    expect(await cut).toBe("cut");
  }
});

test("nothing more is written after the signal", async () => {
  const stop = new AbortController();
  const { answer: recorded, left } = watched(
    recording([
      { text: "a", at: 0 },
      { text: "b", at: FAR },
    ]),
  );
  await using server = await playing(recorded, stop);
  const reader = (await fetch(server.url)).body?.getReader();
  expect(new TextDecoder().decode((await reader?.read())?.value)).toBe("a");
  stop.abort();
  await left;
  await server.played;
});

/** An answer of so many large pieces that all go out at once, and how many of them were taken from it so far. */
function large(count: number): { readonly answer: Reply; readonly taken: () => number } {
  const bytes = new Uint8Array(64 * 1024).fill(0x61);
  let taken = 0;
  const walk = function* (): Generator<TimedBytes> {
    for (; taken < count; taken++) yield { bytes, at: 0 };
  };
  const answer = { ...recording([]), pieces: { [Symbol.iterator]: walk } };
  return { answer, taken: () => taken };
}

test("of an answer that its client does not read no more is made than the sockets hold", async () => {
  const stop = new AbortController();
  const unread = large(4096);
  await using server = await playing(unread.answer, stop);
  const client = connect(Number(new URL(server.url).port), "127.0.0.1");
  client.pause();
  client.write("GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n");
  await server.asked;
  const read = large(512);
  await using other = await playing(read.answer);
  expect((await (await fetch(other.url)).bytes()).length).toBe(512 * 64 * 1024);
  expect(unread.taken()).toBeLessThan(384);
  stop.abort();
  const { ended, pieces: written } = await server.played;
  expect(ended).toBe("gone");
  expect(written).toBeLessThanOrEqual(unread.taken() + 1);
  client.destroy();
});

test("a client that reads slowly gets everything, as it takes it", async () => {
  const { answer } = large(64);
  await using server = await playing(answer);
  const reader = (await fetch(server.url)).body?.getReader();
  let length = 0;
  for (let read = await reader?.read(); read?.value; read = await reader?.read()) {
    length += read.value.length;
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(length).toBe(64 * 64 * 1024);
  expect(await server.played).toEqual({ pieces: 64, bytes: length, ended: "end" });
});

test("a cut that waits for its client to read is made at once when nobody is there any more", async () => {
  const stop = new AbortController();
  const cut = { ...recording([{ text: "a", at: 0 }]), end: { kind: "cut", at: 0 } } as const;
  const { answer, left } = watched(cut);
  await using server = await playing(answer, stop);
  const reader = (await fetch(server.url)).body?.getReader();
  await reader?.read();
  await left;
  stop.abort();
  expect(await server.played).toEqual({ pieces: 1, bytes: 1, ended: "cut" });
});

function* breakingOff(): Generator<TimedBytes> {
  yield { bytes: new Uint8Array(1), at: 0 };
  throw new RangeError("out of range");
}

test("an answer whose pieces cannot be made is told to whoever plays it", async () => {
  const broken = { ...recording([]), pieces: { [Symbol.iterator]: breakingOff } };
  await using server = await playing(broken);
  void fetch(server.url);
  await expect(server.played).rejects.toThrow("out of range");
});
