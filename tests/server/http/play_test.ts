import { expect, test } from "bun:test";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Reply } from "../../../lib/server/reply/reply.ts";
import { type Played, playResponse } from "../../../lib/server/http/play.ts";
import { FAR, recording, watched } from "../../support/recordings.ts";

/** A server on loopback that plays this to whoever asks, and the promises of being asked and of having played. */
async function playing(
  recorded: Reply,
  { signal = new AbortController().signal }: { readonly signal?: AbortSignal } = {},
) {
  const asked = Promise.withResolvers<void>();
  const played = Promise.withResolvers<Played>();
  const server = createServer((_request, response) => {
    asked.resolve();
    playResponse(response, recorded, { signal }).then(played.resolve, played.reject);
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
