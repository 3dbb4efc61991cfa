import { expect, test } from "bun:test";
import type { JsonObject } from "../../../lib/base/json.ts";
import type { ProtocolName } from "../../../lib/protocols/protocol.ts";
import { loadTranscripts } from "../../../lib/server/reply/load_transcripts.ts";
import { recordedApi } from "../../../lib/server/reply/recorded_reply.ts";
import type { Reply } from "../../../lib/server/reply/reply.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";
import { TranscriptSource } from "../../../lib/server/reply/transcript_source.ts";
import expected from "../../fixtures/corpus/expected.json" with { type: "json" };
import { pieces as cutEvery } from "../../support/cuts.ts";
import { WORDS } from "../../support/protocol_words.ts";
import { bodyOf, CORPUS, transcriptOf } from "../../support/serving.ts";
import { QUICK } from "../../support/simulated.ts";
import { APIS, bodyOver, piecesOf, readingOf } from "../../support/told.ts";

/** What a simulated model answered over a protocol, with calls of tools where it knows them. */
function simulated(api: ProtocolName, rest: JsonObject = {}): Reply {
  const tools =
    api === "completions" ? {} : { tools: [WORDS[api].tool("weather"), WORDS[api].tool("time")] };
  const source = new SimulatedSource({ ...QUICK, tools: 2 }, { seed: 5, now: () => 5000 });
  return source.answer(bodyOver(api, { ...rest, ...(rest["plain"] ? {} : tools) }), api);
}

function recorded(
  api: ProtocolName,
  parts: readonly string[],
  {
    request = bodyOver(api),
    hasUrl = true,
  }: { request?: JsonObject | null; hasUrl?: boolean } = {},
): TranscriptSource {
  const isDocument = parts.join("").startsWith("{");
  const headers = { "content-type": isDocument ? "application/json" : "text/event-stream" };
  return new TranscriptSource([
    transcriptOf(parts, { request, headers, ...(hasUrl ? { api } : {}) }),
  ]);
}

function readOf(answer: Reply, api: ProtocolName): unknown {
  const { reading, verdict } = readingOf(piecesOf(answer), api);
  return [reading.choices, reading.timeline.usage, verdict];
}

function errorOf(answer: Reply): unknown {
  const body = JSON.parse(bodyOf(answer)) as { readonly error: JsonObject };
  return [answer.head?.status, body.error["message"]];
}

test("a transcript answers over the protocol of its URL, and over another says which that is", () => {
  for (const api of APIS) {
    const stream = bodyOf(simulated(api));
    const source = recorded(api, [stream]);
    for (const other of APIS) {
      const answer = source.answer(bodyOver(other), other);
      if (other === api) {
        expect(bodyOf(answer)).toBe(stream);
        continue;
      }
      expect(errorOf(answer)).toEqual([
        404,
        `no transcript was recorded over ${PATHS[other]}: ask POST /v1${PATHS[api]}`,
      ]);
    }
  }
});

const PATHS = {
  chat: "/chat/completions",
  completions: "/completions",
  responses: "/responses",
  messages: "/messages",
} as const satisfies Record<ProtocolName, string>;

test("where no URL tells, the first object does", () => {
  for (const api of APIS) {
    for (const stream of [bodyOf(simulated(api)), bodyOf(simulated(api, { stream: false }))]) {
      for (const request of [bodyOver(api), null]) {
        const source = recorded(api, [stream], { request, hasUrl: false });
        const other = api === "messages" ? "chat" : "messages";
        expect(
          source.answer(bodyOver(api, { stream: !stream.startsWith("{") }), api).head?.status,
        ).toBe(200);
        expect(source.answer(bodyOver(other), other).head?.status).toBe(404);
      }
    }
  }
});

test("of transcripts of several protocols, those of the request's answer it", () => {
  const transcripts = APIS.map((api) =>
    transcriptOf([bodyOf(simulated(api))], { name: api, api, request: bodyOver(api) }),
  );
  const source = new TranscriptSource(transcripts, { matching: "strict" });
  for (const api of APIS) expect(source.answer(bodyOver(api), api).from).toBe(api);
});

test("the same question matches in every protocol, and another one names the nearest", () => {
  for (const api of APIS) {
    const transcript = transcriptOf([bodyOf(simulated(api))], { api, request: bodyOver(api) });
    const source = new TranscriptSource([transcript], { matching: "strict" });
    const field = { chat: "messages", messages: "messages", responses: "input" } as const;
    const name = api === "completions" ? "prompt" : field[api];
    const other =
      name === "messages" ? [{ role: "user", content: "Something else" }] : "Something else";
    expect(source.answer(bodyOver(api), api).head?.status).toBe(200);
    expect(errorOf(source.answer(bodyOver(api, { [name]: other }), api))).toEqual([
      404,
      'no transcript has these messages and this model; the nearest is "made-up.sse": its last message of the user is "Hello, 世界"',
    ]);
  }
});

test("a stream answers a request that does not stream, in every protocol", () => {
  for (const api of APIS) {
    for (const rest of [{}, { plain: true }]) {
      const stream = bodyOf(simulated(api, rest));
      const whole = recorded(api, [stream]).answer(bodyOver(api, { stream: false }), api);
      expect(whole.head?.headers["content-type"]).toBe("application/json");
      expect(readOf(whole, api)).toEqual(readOf(simulated(api, { ...rest, stream: false }), api));
      expect(JSON.parse(bodyOf(whole))).toEqual(
        JSON.parse(bodyOf(simulated(api, { ...rest, stream: false }))),
      );
    }
  }
});

test("a completion that was not streamed answers a request that streams, in every protocol", () => {
  for (const api of APIS) {
    for (const rest of [{}, { plain: true }]) {
      const body = bodyOf(simulated(api, { ...rest, stream: false }));
      const streamed = recorded(api, [body], { request: bodyOver(api, { stream: false }) }).answer(
        bodyOver(api),
        api,
      );
      expect(streamed.head?.headers["content-type"]).toBe("text/event-stream");
      expect(readOf(streamed, api)).toEqual(readOf(simulated(api, rest), api));
      const again = recorded(api, [bodyOf(streamed)]).answer(bodyOver(api, { stream: false }), api);
      expect(JSON.parse(bodyOf(again))).toEqual(JSON.parse(body));
    }
  }
});

test("a stream is one completion wherever it was cut into pieces", () => {
  for (const api of APIS) {
    const stream = bodyOf(simulated(api));
    const whole = (parts: readonly string[]): string =>
      bodyOf(recorded(api, parts).answer(bodyOver(api, { stream: false }), api));
    const expected = whole([stream]);
    for (const length of [1, 7, 64, 1000]) expect(whole(cutEvery(stream, length))).toBe(expected);
  }
});

function half(api: ProtocolName, type: string): JsonObject {
  const stream = bodyOf(simulated(api, { plain: true }));
  const cut = stream.slice(0, stream.indexOf(`event: ${type}`));
  const answer = recorded(api, [cut]).answer(bodyOver(api, { stream: false }), api);
  return JSON.parse(bodyOf(answer)) as JsonObject;
}

test("what was streamed before a stream ended too soon is given as far as it came", () => {
  expect(half("messages", "message_delta")).toMatchObject({
    stop_reason: null,
    content: [{ type: "thinking" }, { type: "text" }],
  });
  expect(half("responses", "response.completed")).toMatchObject({
    status: "incomplete",
    output: [{ type: "reasoning" }, { type: "message" }],
  });
  expect(half("responses", "response.output_text.done")).toMatchObject({
    output: [
      { type: "reasoning" },
      { content: [{ type: "output_text", text: expect.any(String) }] },
    ],
  });
});

test("an error in a stream is the error of a request that does not stream", () => {
  const errors: readonly (readonly [ProtocolName, JsonObject, number])[] = [
    ["messages", { type: "error", error: { type: "overloaded_error", message: "Busy" } }, 529],
    ["messages", { type: "error", error: { type: "other", message: "Busy" } }, 500],
    ["responses", { type: "error", code: "server_error", message: "Busy", param: null }, 500],
  ];
  for (const [api, error, status] of errors) {
    const stream = bodyOf(simulated(api))
      .slice(0, 600)
      .replace(/[^\n]*$/, "");
    const parts = [`${stream}\n\n`, `event: error\ndata: ${JSON.stringify(error)}\n\n`];
    const answer = recorded(api, parts).answer(bodyOver(api, { stream: false }), api);
    expect(errorOf(answer)).toEqual([status, "Busy"]);
  }
});

test("a response that servers tell in fewer events is whole all the same", () => {
  const parts = [
    { type: "response.created", response: { id: "r", model: "m", status: "in_progress" } },
    { type: "response.output_text.delta", item_id: "i", delta: "Hel" },
    { type: "response.output_text.delta", item_id: "i", delta: "lo" },
    { type: "response.completed", response: { id: "r", model: "m", status: "completed" } },
  ].map((event) => `data: ${JSON.stringify(event)}\n\n`);
  const answer = recorded("responses", parts).answer(
    bodyOver("responses", { stream: false }),
    "responses",
  );
  expect(JSON.parse(bodyOf(answer))).toEqual({
    object: "response",
    id: "r",
    model: "m",
    status: "completed",
    output: [
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "Hello" }] },
    ],
  });
});

test("the models of transcripts are listed in every protocol, also where no request is known", () => {
  for (const api of APIS) {
    const source = recorded(api, [bodyOf(simulated(api))], { request: null });
    expect(source.models).toEqual(["m"]);
  }
});

test("what the corpus says as a stream in other protocols, it says as one completion", async () => {
  let compared = 0;
  for (const recording of await loadTranscripts(CORPUS)) {
    const api = recordedApi(recording.transcript) ?? "chat";
    const entry = (expected as Record<string, Record<string, unknown>>)[recording.name];
    if (api === "chat" || entry?.["outcome"] !== "complete") continue;
    const answer = new TranscriptSource([recording]).answer(bodyOver(api, { stream: false }), api);
    const { reading, verdict } = readingOf(piecesOf(answer), api);
    const { content = "", finishReason = null } = reading.choices[0] ?? {};
    expect([recording.name, verdict.outcome, content, finishReason]).toEqual([
      recording.name,
      "complete",
      entry["content"] as string,
      entry["finish_reason"] as string,
    ]);
    compared++;
  }
  expect(compared).toBeGreaterThan(20);
});
