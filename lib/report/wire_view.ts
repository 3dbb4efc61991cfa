import type { Arrival } from "../chat/reading.ts";
import type { Language } from "./message.ts";
import { asArray, asObject, parseJson } from "../wire/json.ts";
import { padColumns, truncateColumns } from "./columns.ts";
import { makeHarmless } from "./terminal_text.ts";
import { formatTime } from "./units.ts";

/** How {@linkcode renderArrival} writes. */
export interface WireViewOptions {
  /** The columns of the terminal; `null`: lines are not cut, as in a pipe. */
  readonly width: number | null;
  /** Show each event's whole data instead of its choice. */
  readonly whole: boolean;
  readonly language: Language;
  readonly dim?: ((text: string) => string) | undefined;
}

/**
 * One line of `--wire` for one event: when it landed, the text it brought, the tokens it added, and its JSON.
 *
 * @example
 * ```ts
 * renderArrival(arrival, { width: 80, whole: false, language: "en" });
 * // "+183 ms │ 你好         │ 1 token  │ {"delta":{"content":"你好"}}"
 * ```
 */
export function renderArrival(arrival: Arrival, options: WireViewOptions): string {
  const { dim = (text: string) => text } = options;
  const at = arrival.at === null ? "" : `+${formatTime(arrival.at)}`;
  const text = arrival.parts
    .map((part) => (part.type === "text" || part.type === "reasoning" ? part.text : ""))
    .join("");
  const cells = [
    padColumns(at, 9, { align: "end" }),
    padColumns(truncateColumns(oneLine(text), 14), 14),
    padColumns(tokenText(arrival.tokens, options.language), 9),
  ];
  const line = `${cells.join(dim(" │ "))}${dim(" │ ")}${dim(oneLine(shownData(arrival, options.whole)))}`;
  return options.width === null ? line : truncateColumns(line, options.width);
}

/** What `--wire` says at the end: `12 chunks, 10 with text; the first and the last are empty`. */
export function renderChunkSummary(chunksWithText: readonly boolean[], language: Language): string {
  const chunks = chunksWithText.length;
  const withText = chunksWithText.filter(Boolean).length;
  const first = chunks > 0 && chunksWithText[0] === false;
  const last = chunks > 1 && chunksWithText.at(-1) === false;
  if (language === "zh") {
    const empty =
      first && last ? "首尾两块为空" : first ? "第一块为空" : last ? "最后一块为空" : "";
    return `共 ${chunks} 个数据块，${withText} 个带文本${empty === "" ? "" : `；${empty}`}`;
  }
  const empty =
    first && last
      ? "the first and the last are empty"
      : first
        ? "the first is empty"
        : last
          ? "the last is empty"
          : "";
  const count = `${chunks} ${chunks === 1 ? "chunk" : "chunks"}, ${withText} with text`;
  return empty === "" ? count : `${count}; ${empty}`;
}

function tokenText(tokens: number | null, language: Language): string {
  if (tokens === null || tokens === 0) return "";
  if (language === "zh") return `${tokens} token`;
  return tokens === 1 ? "1 token" : `${tokens} tokens`;
}

/** The choices say what happened; what stands around them is the same in every chunk. */
function shownData({ data, kind }: Arrival, whole: boolean): string {
  if (data === null) return "";
  if (whole || kind !== "chunk") return data;
  const choices = asArray(asObject(parseJson(data))?.["choices"]);
  if (choices.length === 0) return data;
  return choices
    .map((choice) => {
      const { index, ...rest } = asObject(choice) ?? {};
      return JSON.stringify(index === 0 || index === undefined ? rest : { index, ...rest });
    })
    .join(" ");
}

function oneLine(text: string): string {
  return makeHarmless(text.replaceAll("\n", "␊").replaceAll("\t", "␉").replaceAll("\r", "␍"));
}
