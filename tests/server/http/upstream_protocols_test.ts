import { expect, test } from "bun:test";
import type { JsonObject } from "../../../lib/base/json.ts";
import { startUpstream } from "../../../lib/server/http/upstream.ts";
import { loadTranscripts } from "../../../lib/server/reply/load_transcripts.ts";
import { bodyText } from "../../../lib/server/reply/recorded_reply.ts";
import { TranscriptSource } from "../../../lib/server/reply/transcript_source.ts";
import type { ProtocolName } from "../../../lib/protocols/protocol.ts";
import { RecordingFolder } from "../../../lib/transcript/recording_folder.ts";
import { temporaryFolder } from "../../support/folder.ts";
import { startServer } from "../../support/server.ts";
import { ask, bodyOf } from "../../support/serving.ts";
import { servingModel } from "../../support/simulated.ts";
import { APIS, bodyOver } from "../../support/told.ts";

/** Passes everything on to a base URL, and records into a folder. */
async function passing(baseUrl: string, folder: string) {
  const recordings = new RecordingFolder(folder);
  const endpoint = await startUpstream({
    baseUrl,
    record: () =>
      recordings.next({
        onError: (error) => {
          throw error;
        },
      }),
  });
  return { ...endpoint, [Symbol.asyncDispose]: () => endpoint.close() };
}

test("each protocol is passed on and recorded, and its recording answers as the endpoint did", async () => {
  using folder = temporaryFolder();
  await using endpoint = await servingModel();
  const texts = new Map<ProtocolName, string>();
  {
    await using through = await passing(endpoint.baseUrl, folder.path);
    for (const api of APIS) {
      const response = await ask(through, bodyOver(api), { api });
      texts.set(api, await response.text());
    }
    await (await fetch(`${through.baseUrl}/models`)).text();
  }
  const transcripts = await loadTranscripts(folder.path);
  expect(transcripts.map(({ transcript }) => transcript.header?.request.url)).toEqual(
    ["/chat/completions", "/completions", "/responses", "/messages"].map(
      (path) => `${endpoint.baseUrl}${path}`,
    ),
  );
  expect(transcripts.map(({ transcript }) => bodyText(transcript))).toEqual([...texts.values()]);
  const source = new TranscriptSource(transcripts, { matching: "strict", speed: Infinity });
  for (const api of APIS) {
    expect(bodyOf(source.answer(bodyOver(api), api))).toBe(texts.get(api) ?? "");
  }
});

const KEY = "sk-streamgauge-4f9Zk2Q7";

/** Events that tell the key in two deltas, over each protocol. */
function spreadOver(api: ProtocolName): string {
  const [one, other] = [KEY.slice(0, 12), KEY.slice(12)];
  const events = [one, other].map((part): JsonObject => {
    switch (api) {
      case "chat":
        return { choices: [{ index: 0, delta: { content: part } }] };
      case "completions":
        return { object: "text_completion", choices: [{ index: 0, text: part }] };
      case "responses":
        return { type: "response.output_text.delta", output_index: 0, delta: part };
      case "messages":
        return { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: part } };
    }
  });
  return events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("");
}

test("a client's key is in no recording, in whichever header and protocol, nor spread over deltas", async () => {
  for (const api of APIS) {
    using folder = temporaryFolder();
    const stream = `data: ${JSON.stringify({ type: "ping", note: KEY })}\n\n${spreadOver(api)}`;
    await using upstream = await startServer((exchange) => {
      exchange.head(200, { "content-type": "text/event-stream" });
      exchange.piece(stream);
      exchange.end();
    });
    {
      await using through = await passing(upstream.baseUrl, folder.path);
      const headers =
        api === "messages" ? { "x-api-key": KEY } : { authorization: `Bearer ${KEY}` };
      const response = await ask(through, bodyOver(api), { api, headers });
      expect(await response.text()).toBe(stream);
      expect(upstream.requests[0]?.headers).toMatchObject(headers);
    }
    const [recorded] = await loadTranscripts(folder.path);
    if (recorded === undefined) throw new Error("nothing was recorded");
    const text = JSON.stringify(recorded.transcript.header) + bodyText(recorded.transcript);
    for (const part of [KEY, KEY.slice(0, 12), KEY.slice(12)]) expect(text).not.toContain(part);
    expect(text).toContain("*".repeat(12));
  }
});

test("an endpoint that cannot be reached is said in the form of the protocol", async () => {
  using folder = temporaryFolder();
  const gone = await servingModel();
  await gone.close();
  await using through = await passing(gone.baseUrl, folder.path);
  const response = await ask(through, bodyOver("messages"), { api: "messages" });
  expect([response.status, await response.json()]).toEqual([
    502,
    {
      type: "error",
      error: { type: "api_error", message: expect.stringContaining("cannot reach") },
    },
  ]);
});

test("Messages is asked for below /v1, also where the base URL has none", async () => {
  using folder = temporaryFolder();
  await using upstream = await startServer((exchange) => {
    exchange.head(200, { "content-type": "application/json" });
    exchange.piece("{}");
    exchange.end();
  });
  const root = upstream.baseUrl.slice(0, -"/v1".length);
  for (const base of [`${root}/anthropic`, `${root}/anthropic/v1`]) {
    await using through = await passing(base, folder.path);
    await (await ask(through, bodyOver("messages"), { api: "messages" })).text();
    await (await fetch(`${through.baseUrl}/messages/count_tokens`, { method: "POST" })).text();
    await (await ask(through, bodyOver("chat"))).text();
  }
  expect(upstream.requests.map(({ path }) => path)).toEqual([
    "/anthropic/v1/messages",
    "/anthropic/v1/messages/count_tokens",
    "/anthropic/chat/completions",
    "/anthropic/v1/messages",
    "/anthropic/v1/messages/count_tokens",
    "/anthropic/v1/chat/completions",
  ]);
});
