import { asArray, asObject, asText, type JsonObject } from "../../../base/json.ts";
import { typedEvent, type WrittenEvent } from "./writer.ts";

/** The kinds of text in the items of a response: what their events are called, and where the text stands. */
const TEXTS = {
  output_text: { part: "content_part", index: "content_index", list: "content", text: "text" },
  refusal: { part: "content_part", index: "content_index", list: "content", text: "refusal" },
  reasoning_text: { part: null, index: "content_index", list: "content", text: "text" },
  summary_text: {
    part: "reasoning_summary_part",
    index: "summary_index",
    list: "summary",
    text: "text",
  },
} as const;

type TextType = keyof typeof TEXTS;

/** How the argument events of a call begin, by the type of its item, and where they stand in it. */
const ARGUMENTS: ReadonlyMap<string, { readonly events: string; readonly field: string }> = new Map(
  [
    ["function_call", { events: "response.function_call_arguments", field: "arguments" }],
    ["custom_tool_call", { events: "response.custom_tool_call_input", field: "input" }],
    ["mcp_call", { events: "response.mcp_call_arguments", field: "arguments" }],
  ],
);

interface OpenItem {
  readonly item: JsonObject;
  /** Its texts that are over. */
  readonly parts: JsonObject[];
  open: { readonly part: JsonObject; text: string } | null;
  /** Of a call. */
  given: string;
}

/**
 * Writes the events of one response, with their numbers: items begin, get their texts or arguments in deltas, and end.
 *
 * @see https://platform.openai.com/docs/api-reference/responses-streaming
 */
export class ResponseEvents {
  /** The items that are over. */
  readonly output: JsonObject[] = [];
  #number = 0;
  #item: OpenItem | null = null;

  /** Of the whole response, as `response.created` and `response.completed` are. */
  response(kind: string, response: JsonObject): WrittenEvent {
    return this.#event(`response.${kind}`, { response });
  }

  /** An item begins. `item` is as it will be, but for its texts or arguments. */
  begin(item: JsonObject): WrittenEvent[] {
    this.#item = { item, parts: [], open: null, given: "" };
    return [this.#event("response.output_item.added", { ...this.#place(), item: begun(item) })];
  }

  /** A text begins in the item. `part` is as it will be, but for its text. */
  beginText(part: JsonObject): WrittenEvent[] {
    if (this.#item === null) return [];
    const { part: events, text } = TEXTS[textType(part)];
    this.#item.open = { part, text: "" };
    if (events === null) return [];
    return [
      this.#event(`response.${events}.added`, {
        ...this.#textPlace(),
        part: { ...part, [text]: "" },
      }),
    ];
  }

  /** More of the text. */
  addText(delta: string): WrittenEvent[] {
    const open = this.#item?.open;
    if (open === null || open === undefined) return [];
    open.text += delta;
    const type = textType(open.part);
    const logprobs = type === "output_text" ? { logprobs: [] } : {};
    return [this.#event(`${eventsOf(type)}.delta`, { ...this.#textPlace(), delta, ...logprobs })];
  }

  /** More of the arguments of a call. */
  addArguments(delta: string): WrittenEvent[] {
    const call = ARGUMENTS.get(asText(this.#item?.item["type"]) ?? "");
    if (this.#item === null || call === undefined) return [];
    this.#item.given += delta;
    return [this.#event(`${call.events}.delta`, { ...this.#place(), ...this.#id(), delta })];
  }

  /** The text ends. */
  endText(): WrittenEvent[] {
    const open = this.#item?.open;
    if (this.#item === null || open === null || open === undefined) return [];
    const type = textType(open.part);
    const { part: events, text: field } = TEXTS[type];
    const place = this.#textPlace();
    const logprobs = type === "output_text" ? { logprobs: [] } : {};
    const part = { ...open.part, [field]: open.text };
    this.#item.parts.push(part);
    this.#item.open = null;
    const done = this.#event(`${eventsOf(type)}.done`, {
      ...place,
      [field]: open.text,
      ...logprobs,
    });
    if (events === null) return [done];
    return [done, this.#event(`response.${events}.done`, { ...place, part })];
  }

  /** The item ends, `completed` or, where the response broke off in it, `incomplete`. */
  end(status: "completed" | "incomplete" = "completed"): WrittenEvent[] {
    if (this.#item === null) return [];
    const events = this.endText();
    const { item, parts, given } = this.#item;
    const call = ARGUMENTS.get(asText(item["type"]) ?? "");
    const done: Record<string, unknown> = { ...item };
    if ("status" in item) done["status"] = status;
    for (const part of parts) {
      const { list } = TEXTS[textType(part)];
      done[list] = parts.filter((other) => TEXTS[textType(other)].list === list);
    }
    if (call !== undefined) {
      done[call.field] = given;
      const place = { ...this.#place(), ...this.#id() };
      events.push(this.#event(`${call.events}.done`, { ...place, [call.field]: given }));
    }
    events.push(this.#event("response.output_item.done", { ...this.#place(), item: done }));
    this.output.push(done);
    this.#item = null;
    return events;
  }

  /** All of an item that is whole already. */
  item(item: JsonObject): WrittenEvent[] {
    const call = ARGUMENTS.get(asText(item["type"]) ?? "");
    const parts = [...asArray(item["summary"]), ...asArray(item["content"])]
      .map((part) => asObject(part) ?? {})
      .filter(isText);
    const events = this.begin(item);
    for (const part of parts) {
      const text = asText(part[TEXTS[textType(part)].text]);
      events.push(...this.beginText(part));
      if (text !== null) events.push(...this.addText(text));
      events.push(...this.endText());
    }
    const given = call === undefined ? null : asText(item[call.field]);
    if (given !== null) events.push(...this.addArguments(given));
    return [...events, ...this.end(item["status"] === "incomplete" ? "incomplete" : "completed")];
  }

  /** Leaves out a number, for an event that somebody else wrote. */
  skip(): void {
    this.#number++;
  }

  /** An event that belongs to no response. */
  other(type: string, fields: JsonObject): WrittenEvent {
    return this.#event(type, fields);
  }

  #event(type: string, fields: JsonObject): WrittenEvent {
    return typedEvent(type, { sequence_number: this.#number++, ...fields });
  }

  #place(): JsonObject {
    return { output_index: this.output.length };
  }

  #id(): JsonObject {
    return { item_id: this.#item?.item["id"] };
  }

  #textPlace(): JsonObject {
    const { parts = [], open = null } = this.#item ?? {};
    if (open === null) return this.#place();
    const { index, list } = TEXTS[textType(open.part)];
    const before = parts.filter((part) => TEXTS[textType(part)].list === list).length;
    return { ...this.#id(), ...this.#place(), [index]: before };
  }
}

function isText(part: JsonObject): boolean {
  return Object.hasOwn(TEXTS, asText(part["type"]) ?? "");
}

function textType(part: JsonObject): TextType {
  return part["type"] as TextType;
}

function eventsOf(type: TextType): string {
  return type === "summary_text" ? "response.reasoning_summary_text" : `response.${type}`;
}

/** An item as it begins: without what its deltas bring. */
function begun(item: JsonObject): JsonObject {
  const call = ARGUMENTS.get(asText(item["type"]) ?? "");
  const empty: Record<string, unknown> = { ...item };
  if ("status" in item) empty["status"] = "in_progress";
  for (const list of ["content", "summary"]) {
    const parts = asArray(item[list]);
    if (parts.every((part) => isText(asObject(part) ?? {})) && list in item) empty[list] = [];
  }
  if (call !== undefined) empty[call.field] = "";
  return empty;
}
