import type { Arrival, ChunkCounts } from "../../chat/reading.ts";
import type { Micros } from "../../base/time.ts";
import type { Language } from "../../base/message.ts";
import { asArray, asObject, asText, parseJson } from "../../base/json.ts";
import { padColumns, truncateColumns } from "../../text/columns.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import { formatTime } from "../../text/units.ts";

/** How {@linkcode renderArrival} writes. */
export interface WireViewOptions {
  /** The columns of the terminal; `null`: lines are not cut, as in a pipe. */
  readonly width: number | null;
  /** Show each event's whole data instead of its choice, and cut no line. */
  readonly whole: boolean;
  readonly language: Language;
  /** Makes JSON and reasoning stand back; the identity where there is no colour. */
  readonly dim?: ((text: string) => string) | undefined;
}

/** The widths of the first three cells. The JSON has what is left. */
const TIME = 9;
const TEXT = 14;
const REMARK = 9;
const SEPARATOR = " │ ";

/** Cut to fewer columns than this, JSON shows nothing but its first keys. */
const LEAST_JSON = 28;

/**
 * One line of `--wire` for one event: when it landed, the text it brought, the tokens it added, and its JSON.
 *
 * Where the JSON would be cut, an event without text gives it the room of its text. In a narrow terminal an event
 * with text goes without JSON: only the beginning would be left, which is the same every time.
 *
 * @example
 * ```ts
 * renderArrival(arrival, { width: 80, whole: false, language: "en" });
 * // "  +183 ms │ 你好           │ 1 token   │ {"delta":{"content":"你好"}}"
 * ```
 */
export function renderArrival(arrival: Arrival, options: WireViewOptions): string {
  const { language, whole, dim = (text: string) => text } = options;
  const width = whole ? null : options.width;
  const time = padColumns(timeText(arrival.at), TIME, { align: "end" });
  const text = shownText(arrival, dim);
  const remark = remarkOn(arrival, language);
  const json = oneLine(shownData(arrival, whole));
  const line = (cells: readonly string[]): string => {
    const joined = cells.join(dim(SEPARATOR));
    return width === null ? joined : truncateColumns(joined, width);
  };

  const left = (width ?? Infinity) - TIME - TEXT - REMARK - 3 * SEPARATOR.length;
  const isNarrow = left < LEAST_JSON;
  const last = remark === "" ? [] : [remark];
  if (text === "" && (isNarrow || Bun.stringWidth(json) > left)) {
    return line([time, ...last, dim(json)]);
  }
  const room = isNarrow ? Math.max(TEXT, TEXT + SEPARATOR.length + left) : TEXT;
  const first = [time, padColumns(truncateColumns(text, room), room)];
  if (isNarrow || json === "") return line([...first, ...last]);
  return line([...first, padColumns(remark, REMARK), dim(json)]);
}

/**
 * What `--wire` says at the end: `12 chunks, 10 with text; the first and the last are empty`.
 *
 * @example
 * ```ts
 * renderChunkSummary({ total: 3, withText: 2, emptyFirst: 1, emptyLast: 0 }, "en");
 * // "3 chunks, 2 with text; the first is empty"
 * ```
 */
export function renderChunkSummary(counts: ChunkCounts, language: Language): string {
  const { total: chunks, withText, emptyLast: last } = counts;
  const media = counts.withMedia ?? 0;
  const first = withText + media === 0 ? 0 : counts.emptyFirst;
  if (language === "zh") {
    if (chunks === 0) return "没有数据块";
    const beside = media === 0 ? "" : `，${media} 个只带音频或图片`;
    const count = `共 ${chunks} 个数据块，${withText === 0 ? "都不" : `其中 ${withText} 个`}带文本${beside}`;
    if (first === 1 && last === 1) return `${count}；首尾两块为空`;
    const empty = [
      ...(first > 0 ? [first === 1 ? "第一块" : `前 ${first} 块`] : []),
      ...(last > 0 ? [last === 1 ? "最后一块" : `最后 ${last} 块`] : []),
    ];
    return empty.length === 0 ? count : `${count}；${empty.join("和")}为空`;
  }
  if (chunks === 0) return "no chunks";
  const beside = media === 0 ? "" : `, ${media} with audio or images alone`;
  const count = `${chunks} ${chunks === 1 ? "chunk" : "chunks"}, ${withText || "none"} with text${beside}`;
  const empty = [
    ...(first > 0 ? [first === 1 ? "the first" : `the first ${first}`] : []),
    ...(last > 0 ? [last === 1 ? "the last" : `the last ${last}`] : []),
  ];
  if (empty.length === 0) return count;
  return `${count}; ${empty.join(" and ")} ${first + last === 1 ? "is" : "are"} empty`;
}

/** To the millisecond as long as there is room: events a second apart must not look as if they came together. */
function timeText(at: Micros | null): string {
  if (at === null) return "";
  if (at < 999_500) return `+${formatTime(at)}`;
  const seconds = at / 1e6;
  return `+${seconds.toFixed(seconds < 99.9995 ? 3 : seconds < 999.995 ? 2 : 1)} s`;
}

function shownText({ parts }: Arrival, dim: (text: string) => string): string {
  return parts
    .map((part) => {
      if (part.type === "reasoning") return dim(oneLine(part.text));
      return part.type === "text" ? oneLine(part.text) : "";
    })
    .join("");
}

function remarkOn({ kind, tokens }: Arrival, language: Language): string {
  if (kind === "malformed") return language === "zh" ? "非 JSON" : "not JSON";
  if (kind === "not_a_field") return language === "zh" ? "非字段" : "no field";
  if (kind === "heartbeat") return language === "zh" ? "心跳" : "heartbeat";
  if (tokens === null || tokens === 0) return "";
  if (language === "zh") return `${tokens} token`;
  return tokens === 1 ? "1 token" : `${tokens} tokens`;
}

/**
 * The choices say what happened; what stands around them is the same in every chunk, unless it is an error. In other
 * protocols the event says it, but for its place and for the response that it repeats.
 */
function shownData({ data, kind, parts }: Arrival, whole: boolean): string {
  if (data === null) return "";
  if (whole || kind !== "chunk" || parts.some(({ type }) => type === "error")) return data;
  const value = asObject(parseJson(data));
  if (NAMED.test(asText(value?.["type"]) ?? "")) return JSON.stringify(value, toldOf);
  const choices = asArray(value?.["choices"]);
  if (choices.length === 0) return data;
  return choices
    .map((choice) => {
      const { index, ...rest } = asObject(choice) ?? {};
      return JSON.stringify(index === 0 || index === undefined ? rest : { index, ...rest }, spoken);
    })
    .join(" ");
}

/** For `JSON.stringify`: a field that is `null` says nothing, and many endpoints send several in every chunk. */
function spoken(_key: string, value: unknown): unknown {
  return value === null ? undefined : value;
}

/** The types of Responses' events, and of Messages'. */
const NAMED = /^(response\.|message_|content_block_)/;

/** Where an event belongs, and what is beside the text. */
const AROUND = new Set(
  "sequence_number item_id output_index content_index summary_index logprobs annotations obfuscation".split(
    " ",
  ),
);

/** What is told of the response, or the message, that an event carries. */
const TOLD = ["status", "error", "incomplete_details", "usage"];

/** For `JSON.stringify`, as {@linkcode spoken}. */
function toldOf(key: string, value: unknown): unknown {
  if (value === null || AROUND.has(key) || (key === "index" && value === 0)) return undefined;
  const object = key === "response" || key === "message" ? asObject(value) : null;
  if (object === null) return value;
  return Object.fromEntries(
    TOLD.filter((name) => name in object).map((name) => [name, object[name]]),
  );
}

function oneLine(text: string): string {
  return makeHarmless(text.replaceAll("\n", "␊").replaceAll("\t", "␉").replaceAll("\r", "␍"));
}
