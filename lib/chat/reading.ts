import type { CompletionFacts } from "../measure/outcome.ts";
import type { Timeline } from "../measure/timeline.ts";
import type { EndpointError } from "../wire/endpoint_error.ts";
import type { Micros } from "../wire/text.ts";
import type { ToolCall } from "../wire/tool_calls.ts";
import type { Usage } from "../wire/usage.ts";

/** One thing that a completion brought. `choice` is 0 unless several were asked for. */
export type ChatPart =
  | {
      readonly type: "text";
      readonly text: string;
      readonly choice: number;
      readonly at: Micros | null;
    }
  | {
      readonly type: "reasoning";
      readonly text: string;
      readonly choice: number;
      readonly at: Micros | null;
    }
  | {
      readonly type: "tool_call";
      readonly choice: number;
      readonly index: number;
      readonly id: string | null;
      readonly name: string | null;
      readonly arguments: string;
      readonly at: Micros | null;
    }
  | {
      readonly type: "finish";
      readonly choice: number;
      readonly reason: string;
      readonly at: Micros | null;
    }
  | { readonly type: "usage"; readonly usage: Usage; readonly at: Micros | null }
  | { readonly type: "error"; readonly error: EndpointError; readonly at: Micros | null };

/** One event of the stream, with what it brought. */
export interface Arrival {
  readonly at: Micros | null;
  /** The event's data as it came; `null` for what the end of the stream brought out. */
  readonly data: string | null;
  readonly kind: "chunk" | "done" | "heartbeat" | "malformed" | "end";
  readonly parts: readonly ChatPart[];
  /** The tokens this chunk added, by cumulative usage; `null` when it was not counted. */
  readonly tokens: number | null;
}

/** One of the answers that a completion holds. */
export interface Choice {
  readonly index: number;
  readonly content: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: string | null;
  /** It has an answer, or a tool call, also where the texts were not kept. */
  readonly isAnswered: boolean;
  /** The endpoint marked the answer, or a part of it, as a refusal of the model. */
  readonly isRefused: boolean;
}

/** How many completion chunks came, and how many of them brought text. */
export interface ChunkCounts {
  readonly total: number;
  readonly withText: number;
  /** How many came before the first one with text. Where none has text, all did. */
  readonly emptyFirst: number;
  /** How many came after the last one with text. */
  readonly emptyLast: number;
}

/** What was read of a completion. */
export interface Reading {
  readonly id: string | null;
  /** Every model name that chunks gave, in the order they came: more than one is worth a warning. */
  readonly models: readonly string[];
  readonly fingerprints: readonly string[];
  /** By index; empty when no choice came. Texts are `""` when the reader was told not to keep them. */
  readonly choices: readonly Choice[];
  readonly timeline: Timeline;
  readonly facts: CompletionFacts;
  /** Events whose data was no JSON object. */
  readonly malformedEvents: number;
  readonly chunks: ChunkCounts;
}
