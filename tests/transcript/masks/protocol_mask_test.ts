import { expect, test } from "bun:test";
import { ResponseMask } from "../../../lib/transcript/masks/response_mask.ts";
import { SecretMask } from "../../../lib/base/secret_mask.ts";
import type { ProtocolName } from "../../../lib/protocols/protocol.ts";
import { everyCut, pieces } from "../../support/cuts.ts";
import {
  block,
  completed,
  completionOf,
  messageEnd,
  messageStart,
  outputText,
  readAs,
  response,
  textBlock,
  type TypedEvent,
  typedStream,
} from "../../support/protocol_streams.ts";
import { streamOf } from "../../support/stream.ts";

const KEY = "sk-streamgauge4f9Zk2Q7";
const STARS = "*".repeat(KEY.length);
const [FIRST, SECOND, THIRD] = [KEY.slice(0, 9), KEY.slice(9, 16), KEY.slice(16)];

/** What is left of these parts behind the mask. */
function masked(parts: readonly string[]): string[] {
  const mask = new ResponseMask(new SecretMask([KEY]));
  const out = parts.flatMap((text, at) => mask.push({ text, at }));
  return [...out, ...mask.end()].map(({ text }) => text);
}

const delta = (kind: string, item_id: string, text: string): TypedEvent =>
  response(`${kind}.delta`, { item_id, delta: text });
const blockDelta = (index: number, one: object): TypedEvent => ({
  type: "content_block_delta",
  index,
  delta: one,
});
const partial = (index: number, partial_json: string): TypedEvent =>
  blockDelta(index, { type: "input_json_delta", partial_json });

/** Streams in which the key is spread, or stands whole. */
const streams: Readonly<Record<string, readonly [ProtocolName, string]>> = {
  "text of a response, and its repetitions": [
    "responses",
    typedStream(
      ...outputText(`a ${FIRST}`, SECOND, `${THIRD} b`),
      completed({
        output: [{ type: "message", content: [{ type: "output_text", text: `a ${KEY} b` }] }],
      }),
    ),
  ],
  "text of a response that is only given whole": [
    "responses",
    typedStream(response("output_text.done", { text: `a ${KEY} b` }), completed()),
  ],
  "reasoning of a response, between other events": [
    "responses",
    typedStream(
      delta("reasoning_summary_text", "r", FIRST),
      delta("function_call_arguments", "f", "{}"),
      delta("reasoning_summary_text", "r", SECOND + THIRD),
      delta("reasoning_text", "s", FIRST + SECOND),
      delta("output_text", "m", "Hi"),
      delta("reasoning_text", "s", THIRD),
      completed(),
    ),
  ],
  "arguments of calls in parallel": [
    "responses",
    typedStream(
      delta("function_call_arguments", "a", `{"x":"${FIRST}`),
      delta("function_call_arguments", "b", '{"y":"no'),
      delta("function_call_arguments", "a", SECOND),
      delta("function_call_arguments", "b", 'thing"}'),
      delta("function_call_arguments", "a", `${THIRD}"}`),
      completed(),
    ),
  ],
  "text that goes on in the next item": [
    "responses",
    typedStream(
      delta("output_text", "a", FIRST),
      delta("output_text", "b", SECOND),
      delta("function_call_arguments", "f", "{}"),
      delta("refusal", "c", THIRD),
      completed(),
    ),
  ],
  "text of a message": [
    "messages",
    typedStream(messageStart(), ...textBlock(0, FIRST, SECOND, THIRD), ...messageEnd()),
  ],
  "text of a message that begins with its block": [
    "messages",
    typedStream(
      messageStart(),
      ...block(0, { type: "text", text: FIRST }, [{ type: "text_delta", text: SECOND + THIRD }]),
      ...messageEnd(),
    ),
  ],
  "thinking of a message, between pings": [
    "messages",
    typedStream(
      messageStart(),
      blockDelta(0, { type: "thinking_delta", thinking: FIRST }),
      { type: "ping" },
      blockDelta(0, { type: "thinking_delta", thinking: SECOND }),
      blockDelta(0, { type: "signature_delta", signature: "c2ln" }),
      blockDelta(0, { type: "thinking_delta", thinking: THIRD }),
      ...messageEnd(),
    ),
  ],
  "input of tools in parallel": [
    "messages",
    typedStream(
      messageStart(),
      partial(0, `{"x":"${FIRST}`),
      partial(1, '{"y":"'),
      partial(0, SECOND),
      partial(1, 'no"}'),
      partial(0, `${THIRD}"}`),
      ...messageEnd("tool_use"),
    ),
  ],
  "input of a tool in the start of its block": [
    "messages",
    typedStream(
      messageStart(),
      ...block(0, { type: "tool_use", id: "t", name: "f", input: { x: KEY } }),
      ...messageEnd("tool_use"),
    ),
  ],
  "an error of a message": [
    "messages",
    typedStream({ type: "error", error: { type: "x", message: `bad ${KEY}` } }),
  ],
  "text of a completion": [
    "completions",
    streamOf(completionOf(FIRST), completionOf(SECOND), completionOf(THIRD, "stop"), "[DONE]"),
  ],
};

/** All that a reader puts together. */
function textsOf(api: ProtocolName, body: string): string {
  const { reading, verdict } = readAs(api, body);
  return JSON.stringify([reading.choices, verdict]);
}

for (const [what, [api, stream]] of Object.entries(streams)) {
  test(`a key is masked in ${what}, cut anywhere`, () => {
    const plain = textsOf(api, stream);
    expect(plain).toContain(KEY);
    let count = 0;
    const cuts = [[stream], pieces(stream, 1), stream.split(/(?<=\n\n)/)];
    for (const parts of everyCut(stream)) if (count++ % 3 === 0) cuts.push(parts);
    for (const parts of cuts) {
      const shown = masked(parts);
      expect(shown.map(({ length }) => length)).toEqual(parts.map(({ length }) => length));
      const body = shown.join("");
      for (const part of [KEY, SECOND, THIRD]) expect(body).not.toContain(part);
      expect(textsOf(api, body)).toBe(plain.replaceAll(KEY, STARS));
    }
  });
}

test("a place that is no text and no number hides nothing, and breaks nothing", () => {
  for (const place of [{ toString: 1 }, [], null, true]) {
    const chunks = [FIRST, SECOND + THIRD].map((content) => ({
      choices: [{ index: place, delta: { content } }],
    }));
    const events = [FIRST, SECOND + THIRD].map((text) => blockDelta(place as never, { text }));
    for (const body of [streamOf(...chunks), typedStream(...events)]) {
      const shown = masked([body]).join("");
      expect(shown).not.toContain(SECOND);
      expect(shown).toHaveLength(body.length);
    }
  }
});
