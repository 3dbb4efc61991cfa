import { expect, test } from "bun:test";
import { requestMetrics } from "../../../lib/measure/metrics.ts";
import { resultJson } from "../../../lib/report/request/result_json.ts";
import type { Language } from "../../../lib/base/message.ts";
import type { TimedText } from "../../../lib/wire/piece.ts";
import { messageEvents, responseEvents, typedStream } from "../../support/protocol_streams.ts";
import { chunk, DONE, event, type MadeUp, readPieces, timed } from "../../support/read_pieces.ts";

function json(
  pieces: readonly TimedText[],
  { language = "en", ...madeUp }: MadeUp & { readonly language?: Language } = {},
) {
  const { result } = readPieces(pieces, madeUp);
  const metrics = requestMetrics(result.reading.timeline, { stall: 500_000 });
  return resultJson(result, { metrics, language });
}

/** The usage after so many tokens out, for 30 in. */
function usage(completion_tokens: number) {
  return { usage: { prompt_tokens: 30, completion_tokens, total_tokens: 30 + completion_tokens } };
}

const stream = timed(
  [180, chunk({ role: "assistant", content: "" }, { id: "c1", ...usage(0) })],
  [200.001, chunk({ content: "你好" }, usage(1))],
  [250.5, chunk({ content: "！" }, usage(2))],
  [860.25, chunk({ content: "?" }, usage(4))],
  [900, chunk({ content: "" }, { finish_reason: "stop", ...usage(4) })],
  [901, DONE],
);

test("the JSON of a complete stream", () => {
  // TPOT: (860.25 − 200.001) / (4 − 1) = 220.083 ms. Rate: 4 / 0.86025 s. Gaps: 50.499 and 609.75 ms.
  expect(json(stream)).toEqual({
    outcome: "complete",
    streamed: true,
    content: "你好！?",
    reasoning: "",
    finish_reason: "stop",
    model: "m",
    id: "c1",
    usage: {
      prompt_tokens: 30,
      completion_tokens: 4,
      total_tokens: 34,
      reasoning_tokens: null,
      cached_tokens: null,
    },
    metrics: {
      ttfb_ms: 180,
      ttft_ms: 200.001,
      ttfa_ms: 200.001,
      tpot_ms: 220.083,
      e2e_ms: 860.25,
      closed_ms: 901,
      output_tokens_per_second: (4 * 1e6) / 860_250,
      deltas: 3,
      tokens_per_delta: 4 / 3,
      tokens_per_delta_source: "usage",
      stalls: { count: 1, longest_ms: 609.75, total_ms: 609.75 },
    },
    notes: [],
    attempts: 1,
    error: null,
  });
});

test("the keys of the JSON are the same for every outcome, and in one order", () => {
  const failed = json([], { ending: { kind: "no_response", code: "ENOTFOUND", message: "" } });
  const keys = [
    "outcome",
    "streamed",
    "content",
    "reasoning",
    "finish_reason",
    "model",
    "id",
    "usage",
    "metrics",
    "notes",
    "attempts",
    "error",
  ];
  expect(Object.keys(json(stream))).toEqual(keys);
  expect(Object.keys(failed)).toEqual(keys);
  expect(Object.keys(failed["metrics"] as object)).toEqual(
    Object.keys(json(stream)["metrics"] as object),
  );
});

test("what does not exist is null, never 0", () => {
  const ending = { kind: "no_response", code: "ECONNREFUSED", message: "refused" } as const;
  expect(json([], { ending })).toEqual({
    outcome: "failed",
    streamed: true,
    content: "",
    reasoning: "",
    finish_reason: null,
    model: null,
    id: null,
    usage: null,
    metrics: {
      ttfb_ms: null,
      ttft_ms: null,
      ttfa_ms: null,
      tpot_ms: null,
      e2e_ms: null,
      closed_ms: null,
      output_tokens_per_second: null,
      deltas: 0,
      tokens_per_delta: null,
      tokens_per_delta_source: null,
      stalls: { count: null, longest_ms: null, total_ms: null },
    },
    notes: [],
    attempts: 1,
    error: {
      kind: "network",
      status: null,
      code: "ECONNREFUSED",
      message: "refused",
      trace_id: null,
    },
  });
});

test("a stream without times and without usage has its text and null for both", () => {
  const value = json(timed([null, chunk({ content: "a" }) + chunk({ content: "b" }) + DONE]));
  expect(value).toMatchObject({ outcome: "complete", content: "ab", usage: null });
  expect(value["metrics"]).toMatchObject({
    ttft_ms: null,
    e2e_ms: null,
    closed_ms: null,
    deltas: 2,
    tokens_per_delta: null,
    stalls: { count: null, longest_ms: null, total_ms: null },
  });
});

test("no stall counts 0, in 0 ms, with no longest one", () => {
  const value = json(timed([100, chunk({ content: "a" })], [110, chunk({ content: "b" }) + DONE]));
  expect(value["metrics"]).toMatchObject({
    stalls: { count: 0, longest_ms: null, total_ms: 0 },
  });
});

test("details of usage are carried", () => {
  const usage = {
    prompt_tokens: 9,
    completion_tokens: 5,
    total_tokens: 14,
    prompt_tokens_details: { cached_tokens: 8 },
    completion_tokens_details: { reasoning_tokens: 4 },
  };
  expect(json(timed([100, chunk({ content: "a" }, { usage }) + DONE]))["usage"]).toEqual({
    prompt_tokens: 9,
    completion_tokens: 5,
    total_tokens: 14,
    reasoning_tokens: 4,
    cached_tokens: 8,
  });
});

test("what only some protocols have is there where they have it", () => {
  const [start, ...rest] = messageEvents("Hi");
  const pieces = timed(
    [120, start === undefined ? "" : typedStream(start)],
    [250, typedStream(...rest)],
  );
  const found = json(pieces);
  expect(found).toMatchObject({
    finish_reason: "stop",
    native_finish_reason: "end_turn",
    usage: { prompt_tokens: 5, native: { input_tokens: 5, output_tokens: 2 } },
    metrics: { ttfb_ms: 120, accepted_ms: 120, ttft_ms: 250 },
  });
  expect(json(timed([1, typedStream(...responseEvents("Hi"))]))).not.toHaveProperty(
    "native_finish_reason",
  );
  const chat = JSON.stringify(json(stream));
  expect(chat).not.toContain("native");
  expect(chat).not.toContain("accepted");
});

test("an error has the endpoint's words and the name its support knows the request by", () => {
  const refusal = timed([90, '{"code":20012,"message":"Model does not exist.","data":null}']);
  const ending = { kind: "ended", status: 400 } as const;
  const error = (headers: Record<string, string>) => json(refusal, { ending, headers })["error"];
  expect(error({ "x-siliconcloud-trace-id": "t1", "x-request-id": "r1" })).toEqual({
    kind: "status",
    status: 400,
    code: "20012",
    message: "Model does not exist.",
    trace_id: "t1",
  });
  expect(error({ "x-request-id": "r1" })).toMatchObject({ trace_id: "r1" });
  expect(error({})).toMatchObject({ trace_id: null });
});

test("notes are in the reader's language", () => {
  const pieces = timed([100, chunk({ content: "" }) + DONE]);
  const note = (language: Language) => json(pieces, { language })["notes"];
  expect(note("en")).toEqual([{ code: "empty_answer", count: 1, message: "the answer is empty" }]);
  expect(note("zh")).toEqual([{ code: "empty_answer", count: 1, message: "回答是空的" }]);
});

test("an answer that did not stream says so", () => {
  const message = { role: "assistant", content: "Hi", reasoning_content: "hm" };
  const whole = JSON.stringify({
    id: "c2",
    choices: [{ index: 0, message, finish_reason: "stop" }],
    ...usage(2),
  });
  const value = json(timed([100, whole]), { endAt: 120_000 });
  expect(value).toMatchObject({
    outcome: "complete",
    streamed: false,
    content: "Hi",
    reasoning: "hm",
    usage: { completion_tokens: 2 },
  });
  expect(value["metrics"]).toMatchObject({
    ttft_ms: null,
    tpot_ms: null,
    e2e_ms: null,
    closed_ms: 120,
    output_tokens_per_second: null,
    deltas: 0,
  });
});

test("tool calls and further choices are there when they came", () => {
  const call = { index: 0, id: "t", function: { name: "now", arguments: '{"zone":"UTC"}' } };
  expect(json(timed([100, chunk({ tool_calls: [call] }) + DONE]))["tool_calls"]).toEqual([
    { index: 0, id: "t", name: "now", arguments: '{"zone":"UTC"}' },
  ]);
  const choices = [1, 0].map((index) => ({ index, delta: { content: `${index}` } }));
  const several = json(timed([100, event({ choices }) + DONE]));
  expect(several["content"]).toBe("0");
  expect(several["choices"]).toEqual([
    { index: 0, content: "0", reasoning: "", finish_reason: null, tool_calls: [] },
    { index: 1, content: "1", reasoning: "", finish_reason: null, tool_calls: [] },
  ]);
});
