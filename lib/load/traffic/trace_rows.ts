import { asArray, asObject, type JsonObject, parseJson } from "../../base/json.ts";
import type { Micros } from "../../base/time.ts";
import type { TraceForm } from "./traffic.ts";

/** Why a trace cannot be used. */
export type TraceProblem =
  | "unknown_form"
  | "no_object"
  | "no_time"
  | "no_lengths"
  | "columns"
  | "blocks"
  | "lengths_unknown"
  | "lengths_known";

/** A trace that cannot be used. */
export class TraceError extends Error {
  readonly problem: TraceProblem;
  /** Counted from 1; `null` when it is about the whole. */
  readonly line: number | null;
  /** The numbers that the problem is about. */
  readonly found: string;

  constructor(
    problem: TraceProblem,
    { line = null, found = "" }: { readonly line?: number | null; readonly found?: string } = {},
  ) {
    super(`${line === null ? "" : `line ${line}: `}${problem} ${found}`.trim());
    this.name = "TraceError";
    this.problem = problem;
    this.line = line;
    this.found = found;
  }
}

/** A row of a trace. Times are in µs, on the clock of the trace. */
export interface TraceRow {
  readonly line: number;
  /** `null`: as soon after the row before it in its session as `delay` says. */
  readonly at: Micros | null;
  /** How long after the end of the row before it; `null`: that is not known. */
  readonly delay: Micros | null;
  /** How long it took; `null`: that is not known. */
  readonly took: Micros | null;
  readonly session: string | null;
  readonly input: number;
  readonly output: number;
  /** The names of its prompt's blocks; `null`: it has none. */
  readonly blocks: readonly string[] | null;
}

/**
 * The rows of a trace, by the form of its text: lines of JSON as Mooncake has them (`timestamp` and `delay` in ms,
 * `input_length`, `output_length`, `hash_ids`, `session_id`), or a table as Azure has it
 * (`TIMESTAMP,ContextTokens,GeneratedTokens`), or BurstGPT (`Timestamp` in s, `Request tokens`, `Response tokens`; also
 * `Session ID` and `Elapsed time`).
 *
 * @throws {TraceError} when it is of no such form, or a row lacks something.
 *
 * @example
 * ```ts
 * traceRows('{"timestamp":5,"input_length":9,"output_length":2}').rows[0]?.at; // 5000
 * ```
 */
export function traceRows(text: string): {
  readonly form: TraceForm;
  readonly rows: readonly TraceRow[];
} {
  const lines = text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .map((content, index) => ({ content: content.trim(), line: index + 1 }))
    .filter(({ content }) => content !== "");
  const [first, ...others] = lines;
  if (first === undefined) throw new TraceError("unknown_form");
  if (first.content.startsWith("{")) {
    return { form: "mooncake", rows: lines.map(mooncakeRow) };
  }
  const names = cells(first.content).map((name) => name.toLowerCase());
  const form = names.includes("contexttokens")
    ? "azure"
    : names.includes("request tokens")
      ? "burstgpt"
      : null;
  if (form === null) throw new TraceError("unknown_form");
  const read = form === "azure" ? azureRow : burstRow;
  return { form, rows: others.map((line) => read(named(line, names), line.line)) };
}

interface Line {
  readonly content: string;
  readonly line: number;
}

function mooncakeRow({ content, line }: Line): TraceRow {
  const row = asObject(parseJson(content));
  if (row === null) throw new TraceError("no_object", { line });
  const time = numberOf(row, ["timestamp", "created_time"]);
  const delay = numberOf(row, ["delay", "delay_ms"]);
  const session = row["session_id"];
  if (time === null && delay === null) throw new TraceError("no_time", { line });
  const blocks = row["hash_ids"];
  return {
    line,
    at: time === null ? null : Math.round(time * 1000),
    delay: delay === null ? null : Math.round(delay * 1000),
    took: null,
    session: session === undefined || session === null ? null : String(session),
    ...lengthsOf(
      {
        input: numberOf(row, ["input_length", "input_tokens"]),
        output: numberOf(row, ["output_length", "output_tokens"]),
      },
      line,
    ),
    blocks: Array.isArray(blocks) ? asArray(blocks).map(String) : null,
  };
}

type Cells = ReadonlyMap<string, string>;

function azureRow(row: Cells, line: number): TraceRow {
  const at = wallTime(row.get("timestamp") ?? "");
  if (at === null) throw new TraceError("no_time", { line });
  const [input, output] = [cell(row, "contexttokens"), cell(row, "generatedtokens")];
  const known = { line, at, delay: null, took: null, session: null, blocks: null };
  return Object.assign(known, lengthsOf({ input, output }, line));
}

function burstRow(row: Cells, line: number): TraceRow {
  const seconds = cell(row, "timestamp");
  if (seconds === null) throw new TraceError("no_time", { line });
  const [input, output] = [cell(row, "request tokens"), cell(row, "response tokens")];
  const took = cell(row, "elapsed time");
  const session = row.get("session id") ?? "";
  return {
    line,
    at: Math.round(seconds * 1e6),
    delay: null,
    took: took === null ? null : Math.round(took * 1e6),
    session: session === "" ? null : session,
    ...lengthsOf({ input, output }, line),
    blocks: null,
  };
}

function lengthsOf(
  { input, output }: { readonly input: number | null; readonly output: number | null },
  line: number,
): Pick<TraceRow, "input" | "output"> {
  const areCounts = [input, output].every((count) => Number.isInteger(count) && Number(count) >= 0);
  if (input === null || output === null || !areCounts || input === 0) {
    throw new TraceError("no_lengths", { line });
  }
  return { input, output };
}

function numberOf(row: JsonObject, names: readonly string[]): number | null {
  const value = names.map((name) => row[name]).find((value) => value !== undefined);
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function cells(line: string): string[] {
  return line.split(",").map((text) => text.trim().replace(/^"(.*)"$/, "$1"));
}

function named({ content, line }: Line, names: readonly string[]): Cells {
  const values = cells(content);
  if (values.length !== names.length) {
    throw new TraceError("columns", { line, found: `${values.length}/${names.length}` });
  }
  return new Map(names.map((name, index) => [name, values[index] ?? ""]));
}

function cell(row: Cells, name: string): number | null {
  const text = row.get(name) ?? "";
  const value = Number(text);
  return text === "" || !Number.isFinite(value) ? null : value;
}

/** As `2023-11-16 18:17:03.9799600`, in UTC unless it says otherwise. */
function wallTime(text: string): Micros | null {
  const form = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/;
  const [, day, time, fraction = "0", zone = "Z"] = form.exec(text) ?? [];
  const milliseconds = Date.parse(`${day}T${time}${zone}`);
  return Number.isNaN(milliseconds)
    ? null
    : milliseconds * 1000 + Math.round(Number(fraction) * 1e6);
}
