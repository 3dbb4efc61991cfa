import type { RequestRecord } from "./request_record.ts";

/** The calls of tools in one answer. */
export interface AnswerCalls {
  readonly count: number;
  /** How many of them have arguments that are not whole JSON. */
  readonly broken: number;
}

/** What the answers of a run called. Of complete requests. */
export interface ToolCallSummary {
  /** How many answers called a tool, of how many. */
  readonly answers: number;
  readonly of: number;
  readonly calls: number;
  readonly broken: number;
}

/**
 * Sums up the calls of tools in a run.
 *
 * @example
 * ```ts
 * toolCallSummary(run.records); // { answers: 18, of: 20, calls: 22, broken: 0 }
 * ```
 */
export function toolCallSummary(records: readonly RequestRecord[]): ToolCallSummary {
  const complete = records.filter(({ outcome }) => outcome === "complete");
  const calling = complete.flatMap(({ calls }) => calls ?? []);
  return {
    answers: calling.length,
    of: complete.length,
    calls: calling.reduce((sum, { count }) => sum + count, 0),
    broken: calling.reduce((sum, { broken }) => sum + broken, 0),
  };
}
