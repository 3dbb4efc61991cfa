import { asArray, asObject, asText, type JsonObject, parseJson } from "../../../base/json.ts";
import { endpointErrorFrom } from "../../../wire/endpoint_error.ts";
import { messageErrorStatus } from "./message_errors.ts";
import { typedEvent, type WholeCompletion, type WrittenEvent } from "./writer.ts";

type Block = Record<string, unknown>;

/** Blocks that get their text in deltas: what these are called, and where the text stands in both. */
const DELTAS: ReadonlyMap<string, string> = new Map([
  ["text_delta", "text"],
  ["thinking_delta", "thinking"],
]);

/** The message that a stream tells. */
export function wholeMessage(events: Iterable<string>): WholeCompletion {
  let message: JsonObject | null = null;
  const ended: Record<string, unknown> = {};
  const counted: Record<string, unknown> = {};
  let isFinished = false;
  const blocks = new Map<unknown, { readonly block: Block; input: string }>();
  for (const data of events) {
    const event = asObject(parseJson(data));
    if (event === null) continue;
    const open = blocks.get(event["index"]);
    switch (event["type"]) {
      case "message_start":
        message = asObject(event["message"]);
        takeLatest(counted, message?.["usage"]);
        break;
      case "content_block_start":
        blocks.set(event["index"], { block: { ...asObject(event["content_block"]) }, input: "" });
        break;
      case "content_block_delta": {
        const delta = asObject(event["delta"]) ?? {};
        if (open === undefined) break;
        open.input += asText(delta["partial_json"]) ?? "";
        addDelta(open.block, delta);
        break;
      }
      case "message_delta": {
        takeLatest(ended, event["delta"]);
        takeLatest(counted, event["usage"]);
        isFinished ||= asText(ended["stop_reason"]) !== null;
        break;
      }
      case "message_stop":
        isFinished = true;
        break;
      default:
        if (event["type"] === "error" || endpointErrorFrom(event) !== null) {
          const type = asObject(event["error"])?.["type"];
          return { kind: "error", value: event, status: messageErrorStatus(type) };
        }
    }
  }
  if (message === null && blocks.size === 0) return { kind: "nothing" };
  const content = Array.from(blocks.values(), ({ block, input }) =>
    input === "" ? block : { ...block, input: asObject(parseJson(input)) ?? {} },
  );
  const known = { type: "message", role: "assistant", stop_reason: null, stop_sequence: null };
  return {
    kind: "completion",
    value: { ...known, ...message, content, ...ended, usage: counted },
    isFinished,
  };
}

/** The last value of each field counts. A 0 takes no count back, as some servers end with one. */
function takeLatest(known: Record<string, unknown>, given: unknown): void {
  for (const [name, value] of Object.entries(asObject(given) ?? {})) {
    const isNew = name !== "__proto__" && value !== null;
    if (known[name] === undefined || (isNew && value !== 0)) known[name] = value;
  }
}

function addDelta(block: Block, delta: JsonObject): void {
  const field = DELTAS.get(asText(delta["type"]) ?? "");
  if (field !== undefined) {
    block[field] = (asText(block[field]) ?? "") + (asText(delta[field]) ?? "");
  } else if (delta["type"] === "signature_delta") {
    block["signature"] = (asText(block["signature"]) ?? "") + (asText(delta["signature"]) ?? "");
  } else if (delta["type"] === "citations_delta") {
    const citations = Array.isArray(block["citations"]) ? block["citations"] : [];
    citations.push(delta["citation"]);
    block["citations"] = citations;
  }
}

/** Tells a whole message as a stream. */
export function streamedMessage(whole: JsonObject): WrittenEvent[] {
  const { content, stop_reason, stop_sequence = null, ...rest } = whole;
  const usage = asObject(whole["usage"]) ?? {};
  const start = { ...rest, content: [], stop_reason: null, stop_sequence: null };
  const events = [
    typedEvent("message_start", { message: { ...start, usage: { ...usage, output_tokens: 1 } } }),
  ];
  for (const [index, block] of asArray(content).entries()) {
    events.push(...blockEvents(asObject(block) ?? {}, index));
  }
  const delta = { stop_reason: stop_reason ?? null, stop_sequence };
  return [...events, typedEvent("message_delta", { delta, usage }), typedEvent("message_stop", {})];
}

function blockEvents(block: JsonObject, index: number): WrittenEvent[] {
  const { type } = block;
  const told = ((): { readonly begun: JsonObject; readonly deltas: JsonObject[] } => {
    if (type === "text") {
      const { text, citations } = block;
      const cited = asArray(citations).map((citation) => ({ type: "citations_delta", citation }));
      return { begun: { ...block, text: "" }, deltas: [{ type: "text_delta", text }, ...cited] };
    }
    if (type === "thinking") {
      const { thinking, signature = "" } = block;
      const deltas = [
        { type: "thinking_delta", thinking },
        { type: "signature_delta", signature },
      ];
      return { begun: { ...block, thinking: "", signature: "" }, deltas };
    }
    if (type === "tool_use" || type === "server_tool_use") {
      const partial_json = JSON.stringify(block["input"] ?? {});
      return {
        begun: { ...block, input: {} },
        deltas: [{ type: "input_json_delta", partial_json }],
      };
    }
    return { begun: block, deltas: [] };
  })();
  return [
    typedEvent("content_block_start", { index, content_block: told.begun }),
    ...told.deltas.map((delta) => typedEvent("content_block_delta", { index, delta })),
    typedEvent("content_block_stop", { index }),
  ];
}
