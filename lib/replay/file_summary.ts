import type { SaidOfAnswer } from "../chat/asked.ts";
import { type Language, type Message, UserError } from "../base/message.ts";
import type { Micros } from "../base/time.ts";
import type { DefinedRequest } from "../measure/definitions/side_by_side.ts";
import { requestMetrics } from "../measure/metrics.ts";
import { resultJson } from "../report/request/result_json.ts";
import type { SummaryEntry } from "../report/request/summary_table.ts";
import { exitCode } from "../target/failure_code.ts";
import { definedRequest, readFile } from "./read_file.ts";

/** How the files of one report are read. Plain data: threads get it as it is. */
export interface SummaryReading {
  readonly language: Language;
  /** Give the value that `--json` has of each. */
  readonly json: boolean;
  readonly stall: Micros;
  /** Keep the events, for other tools' definitions. */
  readonly traced: boolean;
  readonly said: SaidOfAnswer;
}

/** What a report of several files has of one. Plain data: it comes from threads as it is. */
export type FileSummary =
  | {
      readonly kind: "read";
      readonly entry: SummaryEntry;
      /** `null`: not asked for. */
      readonly json: Record<string, unknown> | null;
      readonly defined: DefinedRequest | null;
      /** The exit code of what became of it. */
      readonly code: number;
    }
  /** It cannot be read, or holds no stream. */
  | { readonly kind: "unread"; readonly message: Message; readonly code: number };

/**
 * Reads a file for a report of several. What is wrong with the file is told, and not thrown.
 *
 * @throws the signal's reason, once it is aborted.
 */
export async function summaryOf(
  path: string,
  { language, json, stall, traced, said }: SummaryReading,
  signal?: AbortSignal,
): Promise<FileSummary> {
  try {
    const options = { speed: Infinity, signal, keepText: json, traced, ...said };
    const found = await readFile(path, options);
    signal?.throwIfAborted();
    const { verdict, reading } = found.result;
    const metrics = requestMetrics(reading.timeline, { stall });
    const { itl: _, ...figures } = metrics;
    const { usage } = reading.timeline;
    return {
      kind: "read",
      entry: { path, result: { verdict, reading: { timeline: { usage } } }, metrics: figures },
      json: json ? { file: path, ...resultJson(found.result, { metrics, language }) } : null,
      defined: traced ? definedRequest(found, metrics) : null,
      code: exitCode(verdict),
    };
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return { kind: "unread", message: error.userMessage, code: error.exitCode };
  }
}
