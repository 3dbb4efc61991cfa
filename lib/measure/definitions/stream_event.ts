import type { Micros } from "../../base/time.ts";

/**
 * One event of a completion's stream, as far as any tool's definition looks at it: what its JSON brings as it stands,
 * before anything is mended or held back. Events that are no JSON object are none here, but for `[DONE]`.
 */
export interface StreamEvent {
  /** When the piece that completed it arrived, in µs since the request was handed to `fetch`. */
  readonly at: Micros;
  /** `[DONE]`. It brings nothing. */
  readonly done: boolean;
  /** `choices` is an array that is not empty. */
  readonly hasChoices: boolean;
  /** The first choice has a `delta.content`, or a `text`, that is not empty. */
  readonly content: boolean;
  /** The first choice has a `delta.reasoning_content`, or a `delta.reasoning`, that is not empty. */
  readonly reasoning: boolean;
  /** The first choice has `delta.tool_calls` that are not empty. */
  readonly toolCalls: boolean;
  /** The completion tokens of its `usage`; `null` without one. */
  readonly usage: number | null;
}

/** The events of one completion, in order: what every definition is computed from. Pure data. */
export interface EventStream {
  readonly events: readonly StreamEvent[];
  /** When the body ended, or reading it did, in µs; `null` where nothing tells. */
  readonly endedAt: Micros | null;
}

/**
 * The tokens of each event's text as the model's tokenizer counts them, for who has one: in the order of the events, 0 for
 * those without text. A recording does not hold them.
 */
export interface TokenizerCounts {
  readonly tokens?: readonly number[] | undefined;
}
