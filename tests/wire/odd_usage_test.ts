import { expect, test } from "bun:test";
import * as fc from "fast-check";
import { oddCountsIn } from "../../lib/wire/odd_usage.ts";
import { usageFrom } from "../../lib/wire/usage.ts";
import { odditiesIn } from "../../lib/chat/oddities.ts";
import { notesOf } from "../../lib/report/request/notes.ts";
import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import { everyCut } from "../support/cuts.ts";
import {
  completed,
  messageEnd,
  messageStart,
  readAs,
  typedStream,
} from "../support/protocol_streams.ts";
import { answerOf, streamOf } from "../support/stream.ts";
import { runs } from "../support/runs.ts";

test("usage names each count that is none, and what stands in its place", () => {
  for (const value of [-1, 1.5, 1e21, "many", "1,234", true, [1], {}]) {
    const found = oddCountsIn({ usage: { prompt_tokens: 12, completion_tokens: value } });
    expect(found).toEqual([{ field: "completion_tokens", value: JSON.stringify(value) }]);
  }
  const long = oddCountsIn({ usage: { input_tokens: "x".repeat(1_000_000) } });
  expect(long).toEqual([{ field: "input_tokens", value: `"${"x".repeat(58)}…` }]);
});

test("usage finds such counts in details, in choices and under x_groq", () => {
  const details = { completion_tokens_details: { reasoning_tokens: "some" } };
  const odd = { field: "completion_tokens_details.reasoning_tokens", value: '"some"' };
  expect(oddCountsIn({ usage: details })).toEqual([odd]);
  expect(oddCountsIn({ x_groq: { usage: details } })).toEqual([odd]);
  expect(oddCountsIn({ choices: [{ usage: details }] })).toEqual([odd]);
});

test("a usage that is no object is odd as a whole, unless it says nothing", () => {
  for (const usage of ["many", 7, true, [3]]) {
    const value = JSON.stringify(usage);
    expect(oddCountsIn({ usage })).toEqual([{ field: "usage", value }]);
  }
  for (const usage of [undefined, null, false, 0, "", "null", [], {}]) {
    expect(oddCountsIn({ usage })).toEqual([]);
  }
});

test("every count is read, absent, or odd", () => {
  const values = fc.oneof(fc.jsonValue(), fc.integer(), fc.double(), fc.constant("7"));
  fc.assert(
    fc.property(values, (value) => {
      const usage = { completion_tokens: value };
      const isRead = usageFrom({ usage }) !== null;
      const isOdd = oddCountsIn({ usage }).length > 0;
      expect(isRead && isOdd).toBe(false);
      if (typeof value === "number") expect(isRead || isOdd).toBe(true);
    }),
    { numRuns: runs(200) },
  );
});

/** A stream of that protocol with a prompt of -1 and an answer of `"many"` tokens. */
const STREAMS: Readonly<Record<ProtocolName, string>> = {
  chat: streamOf(
    answerOf("Hi", { finish: "stop" }),
    { choices: [], usage: { prompt_tokens: -1, completion_tokens: "many", total_tokens: 9 } },
    "[DONE]",
  ),
  completions: streamOf(
    { object: "text_completion", choices: [{ text: "Hi", finish_reason: "stop" }] },
    { choices: [], usage: { prompt_tokens: -1, completion_tokens: "many", total_tokens: 9 } },
    "[DONE]",
  ),
  responses: typedStream(
    { type: "response.output_text.delta", delta: "Hi" },
    completed({ usage: { input_tokens: -1, output_tokens: "many", total_tokens: 9 } }),
  ),
  messages: typedStream(
    messageStart({ input_tokens: -1, output_tokens: true }),
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "Hi" } },
    ...messageEnd("end_turn", { output_tokens: "many" }),
  ),
};

test("counts that are none are noted over each protocol, wherever the stream is cut", () => {
  for (const [api, stream] of Object.entries(STREAMS) as [ProtocolName, string][]) {
    const isNew = api === "responses" || api === "messages";
    const [prompt, answer] = isNew
      ? ["input_tokens", "output_tokens"]
      : ["prompt_tokens", "completion_tokens"];
    for (const parts of everyCut(stream)) {
      const read = readAs(api, parts);
      const { reading } = read;
      expect(odditiesIn(reading), api).toEqual(["odd_usage"]);
      expect(reading.timeline.usage?.completionTokens ?? null).toBeNull();
      expect(notesOf(read)).toEqual([
        {
          code: "odd_usage",
          count: 2,
          message: {
            en: `usage says ${prompt} is -1, ${answer} is "many", which is no count: taken as not known`,
            zh: `usage 中 ${prompt} 为 -1，${answer} 为 "many"，不是有效计数，按未知处理`,
          },
        },
      ]);
    }
  }
});

test("a count that came as a number behind one that is none is read, and the first is still noted", () => {
  const stream = streamOf(
    answerOf("Hi", { usage: { completion_tokens: -1 } }),
    answerOf("", { finish: "stop", usage: { completion_tokens: 2 } }),
    "[DONE]",
  );
  const { reading } = readAs("chat", stream);
  expect(reading.timeline.usage?.completionTokens).toBe(2);
  expect(reading.oddUsage).toEqual([{ field: "completion_tokens", value: "-1" }]);
});
