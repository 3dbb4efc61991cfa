import { asArray, asObject, asText, type JsonObject, parseJson } from "../../../base/json.ts";
import { endpointErrorFrom } from "../../../wire/endpoint_error.ts";
import type { WholeCompletion } from "./writer.ts";

/** The events that end a response, behind `response.`. */
const ENDS = new Set(["completed", "incomplete", "failed", "cancelled", "done"]);

/** Whether an event's data ends a response; `[DONE]` does, too, where a proxy adds it. */
export function endsResponse(data: string): boolean {
  if (data.trim() === "[DONE]") return true;
  const type = asText(asObject(parseJson(data))?.["type"]);
  return type !== null && type.startsWith("response.") && ENDS.has(type.slice("response.".length));
}

/** The kinds of deltas that are texts of an item: in which of its lists, as what. */
const TEXTS: ReadonlyMap<string, { readonly list: string; readonly type: string }> = new Map([
  ["output_text", { list: "content", type: "output_text" }],
  ["refusal", { list: "content", type: "refusal" }],
  ["reasoning_text", { list: "content", type: "reasoning_text" }],
  ["reasoning_summary_text", { list: "summary", type: "summary_text" }],
]);

type Item = Record<string, unknown>;

/**
 * The response that a stream tells: the one in its last event. Where that has no output, or never came, it is put
 * together from the items and their deltas.
 */
export function wholeResponse(events: Iterable<string>): WholeCompletion {
  let response: JsonObject | null = null;
  let isFinished = false;
  const items = new Map<string, Item>();
  for (const data of events) {
    const event = asObject(parseJson(data));
    const type = asText(event?.["type"]);
    if (event === null) continue;
    if (type === "error" || (type === null && endpointErrorFrom(event) !== null)) {
      return { kind: "error", value: errorBody(event) };
    }
    const kind = type?.startsWith("response.") ? type.slice("response.".length) : "";
    response = asObject(event["response"]) ?? response;
    if (ENDS.has(kind)) isFinished = true;
    addTo(items, event, kind);
  }
  if (response === null && items.size === 0) return { kind: "nothing" };
  const output = asArray(response?.["output"]);
  const status = isFinished ? {} : { status: "incomplete" };
  const value = {
    object: "response",
    ...response,
    ...status,
    output: output.length > 0 ? output : [...items.values()],
  };
  return { kind: "completion", value, isFinished };
}

function addTo(items: Map<string, Item>, event: JsonObject, kind: string): void {
  const given = asObject(event["item"]);
  const key = String(event["output_index"] ?? event["item_id"] ?? given?.["id"] ?? "");
  if (given !== null) {
    items.set(key, { ...given });
    return;
  }
  const [, name = "", end] = /^(.*)\.(delta|done)$/.exec(kind) ?? [];
  if (end === undefined) return;
  const text = TEXTS.get(name);
  if (text !== undefined) {
    const field = text.type === "refusal" ? "refusal" : "text";
    const added = event[end === "delta" ? "delta" : field];
    if (typeof added !== "string") return;
    const item = itemAt(items, key, text.list === "summary" || text.type === "reasoning_text");
    const parts = (item[text.list] ??= []) as Item[];
    const place = Number(event["content_index"] ?? event["summary_index"] ?? 0);
    // A list with holes would be one of any length.
    const part = parts[place] ?? { type: text.type, [field]: "" };
    if (parts[place] === undefined) parts.push(part);
    part[field] = end === "delta" ? String(part[field] ?? "") + added : added;
    return;
  }
  const field = name.endsWith("_arguments")
    ? "arguments"
    : name.endsWith("_input")
      ? "input"
      : null;
  const item = items.get(key);
  const added = field === null ? null : event[end === "delta" ? "delta" : field];
  if (item === undefined || field === null || typeof added !== "string") return;
  item[field] = end === "delta" ? String(item[field] ?? "") + added : added;
}

/** Some servers begin no item before its text. */
function itemAt(items: Map<string, Item>, key: string, isReasoning: boolean): Item {
  const item: Item =
    items.get(key) ??
    (isReasoning ? { type: "reasoning", summary: [] } : { type: "message", role: "assistant" });
  items.set(key, item);
  return item;
}

function errorBody(event: JsonObject): JsonObject {
  if (asObject(event["error"]) !== null) return { error: event["error"] };
  const { type: _, sequence_number: __, ...error } = event;
  return { error: { type: "server_error", ...error } };
}
