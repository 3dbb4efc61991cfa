import type { ProtocolName } from "../../lib/protocols/protocol.ts";
import type { Verdict } from "../../lib/measure/outcome.ts";
import type { Reading } from "../../lib/chat/reading.ts";
import { answerOf, chunkOf, streamOf } from "./stream.ts";
import { type MadeUp, readPieces } from "./read_pieces.ts";

/** An event with a `type`, and fields beside it. */
export interface TypedEvent {
  readonly type: string;
  readonly [key: string]: unknown;
}

/** An event stream as Responses and Messages write it: with the type in `event:` too. */
export function typedStream(...events: readonly TypedEvent[]): string {
  return events.map((one) => `event: ${one.type}\ndata: ${JSON.stringify(one)}\n\n`).join("");
}

/** An event of a response. */
export function response(
  kind: string,
  fields: { readonly [key: string]: unknown } = {},
): TypedEvent {
  return { type: `response.${kind}`, ...fields };
}

/** What ends a response in order. */
export function completed(fields: { readonly [key: string]: unknown } = {}): TypedEvent {
  return response("completed", { response: { id: "resp_1", status: "completed", ...fields } });
}

/** The text of one message of a response, in these deltas, as OpenAI sends it. */
export function outputText(...deltas: readonly string[]): TypedEvent[] {
  const place = { item_id: "msg_1", output_index: 0, content_index: 0 };
  const text = deltas.join("");
  const part = { type: "output_text", text, annotations: [] };
  const item = { id: "msg_1", type: "message", role: "assistant" };
  return [
    response("output_item.added", { output_index: 0, item: { ...item, content: [] } }),
    response("content_part.added", { ...place, part: { ...part, text: "" } }),
    ...deltas.map((delta) => response("output_text.delta", { ...place, delta })),
    response("output_text.done", { ...place, text }),
    response("content_part.done", { ...place, part }),
    response("output_item.done", { output_index: 0, item: { ...item, content: [part] } }),
  ];
}

/** The events of a whole response with this text, and its usage: 5 + 2 tokens. */
export function responseEvents(...deltas: readonly string[]): TypedEvent[] {
  const usage = { input_tokens: 5, output_tokens: 2, total_tokens: 7 };
  const item = { type: "message", content: [{ type: "output_text", text: deltas.join("") }] };
  return [
    response("created", { response: { id: "resp_1", model: "m", status: "in_progress" } }),
    response("in_progress", { response: { id: "resp_1", model: "m", status: "in_progress" } }),
    ...outputText(...deltas),
    completed({ model: "m", output: [item], usage }),
  ];
}

/** What begins a message. */
export function messageStart(usage: object = { input_tokens: 5, output_tokens: 1 }): TypedEvent {
  const message = { id: "msg_1", type: "message", role: "assistant", model: "m", content: [] };
  return { type: "message_start", message: { ...message, stop_reason: null, usage } };
}

/** One block of a message: its start, its deltas, its stop. */
export function block(index: number, start: object, deltas: readonly object[] = []): TypedEvent[] {
  return [
    { type: "content_block_start", index, content_block: start },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
}

/** A block of text in these deltas. */
export function textBlock(index: number, ...deltas: readonly string[]): TypedEvent[] {
  const added = deltas.map((text) => ({ type: "text_delta", text }));
  return block(index, { type: "text", text: "" }, added);
}

/** What ends a message in order. */
export function messageEnd(
  stop_reason = "end_turn",
  usage: object = { output_tokens: 2 },
): TypedEvent[] {
  return [
    { type: "message_delta", delta: { stop_reason, stop_sequence: null }, usage },
    { type: "message_stop" },
  ];
}

/** The events of a whole message with this text, and its usage: 5 + 2 tokens. */
export function messageEvents(...deltas: readonly string[]): TypedEvent[] {
  return [messageStart(), ...textBlock(0, ...deltas), ...messageEnd()];
}

/** A chunk of completions with this text. */
export function completionOf(text: string, finish: string | null = null): object {
  const choice = { index: 0, text, logprobs: null, finish_reason: finish };
  return { id: "cmpl-1", object: "text_completion", model: "m", choices: [choice] };
}

const USAGE = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 };

/** The objects of an ordinary stream of each protocol, with these two deltas and a usage of 5 + 2 tokens. */
export function eventsOf(api: ProtocolName, first: string, second: string): object[] {
  switch (api) {
    case "chat":
      return [
        answerOf(first),
        answerOf(second),
        chunkOf({}, { finish: "stop" }),
        { choices: [], usage: USAGE },
      ];
    case "completions":
      return [
        completionOf(first),
        completionOf(second, "stop"),
        { object: "text_completion", choices: [], usage: USAGE },
      ];
    case "responses":
      return responseEvents(first, second);
    case "messages":
      return messageEvents(first, second);
  }
}

/** The body of such a stream, as servers of that protocol write it. */
export function bodyOfProtocol(api: ProtocolName, first: string, second: string): string {
  const events = eventsOf(api, first, second);
  return api === "chat" || api === "completions"
    ? streamOf(...events, "[DONE]")
    : typedStream(...(events as TypedEvent[]));
}

/** A body that is not streamed, with this text. */
export function wholeOf(api: ProtocolName, text: string): object {
  switch (api) {
    case "chat":
      return {
        object: "chat.completion",
        choices: [
          { index: 0, message: { role: "assistant", content: text }, finish_reason: "stop" },
        ],
        usage: USAGE,
      };
    case "completions":
      return { ...completionOf(text, "stop"), usage: USAGE };
    case "responses":
      return {
        id: "resp_1",
        object: "response",
        status: "completed",
        model: "m",
        output: [{ type: "message", content: [{ type: "output_text", text }] }],
        usage: { input_tokens: 5, output_tokens: 2, total_tokens: 7 },
      };
    case "messages":
      return {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "m",
        content: [{ type: "text", text }],
        stop_reason: "end_turn",
        usage: { input_tokens: 5, output_tokens: 2 },
      };
  }
}

/** Reads a body as the answer to a request over that protocol. Each part is a piece, a millisecond after the one before. */
export function readAs(
  api: ProtocolName | undefined,
  parts: string | readonly string[],
  options: Omit<MadeUp, "asked"> & Omit<NonNullable<MadeUp["asked"]>, "api"> = {},
): { readonly reading: Reading; readonly verdict: Verdict } {
  const { usageCache, think, choices, ...madeUp } = options;
  const asked = { api, usageCache, think, choices };
  const pieces = [parts].flat().map((text, index) => ({ text, at: (index + 1) * 1000 }));
  const { reading, verdict } = readPieces(pieces, { ...madeUp, asked }).result;
  return { reading, verdict };
}
