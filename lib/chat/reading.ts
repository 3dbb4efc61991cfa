import type { CompletionFacts } from "../measure/outcome.ts";
import type { Timeline } from "../measure/timeline.ts";
import type { EndpointError } from "../wire/endpoint_error.ts";
import type { JsonObject } from "../base/json.ts";
import type { Micros } from "../base/time.ts";
import type { MediaKind } from "../wire/media.ts";
import type { OddCount } from "../wire/odd_usage.ts";
import type { LineKind } from "./line_kind.ts";
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
  /** The event's data, or the line that is no field, as it came; `null` for what the end of the stream brought out. */
  readonly data: string | null;
  /** What the data is as JSON, where it is an object of the stream's protocol. Absent: it is none. */
  readonly value?: JsonObject;
  readonly kind: "chunk" | "done" | "heartbeat" | "malformed" | "not_a_field" | "end";
  readonly parts: readonly ChatPart[];
  /**
   * How many deltas it holds: 0 or 1, or more where several chunks stand in one event. The parts do not tell: text may
   * be held back, as half of a character or of a `<think>` tag, and come out with a later arrival.
   */
  readonly deltas: number;
  /** The tokens this chunk added, by cumulative usage; `null` when it was not counted. */
  readonly tokens: number | null;
}

/** One of the answers that a completion holds. */
export interface Choice {
  readonly index: number;
  readonly content: string;
  readonly reasoning: string;
  readonly toolCalls: readonly ToolCall[];
  /** How many of them have arguments that are not whole JSON, also where the texts were not kept. */
  readonly brokenToolCalls: number;
  readonly finishReason: string | null;
  /** As the endpoint spells it, where its protocol has another word for it. */
  readonly nativeFinishReason?: string;
  /** It has an answer, or a tool call, also where the texts were not kept. */
  readonly isAnswered: boolean;
  /** The endpoint marked the answer, or a part of it, as a refusal of the model. */
  readonly isRefused: boolean;
  /** The answer holds a `</think>` that no `<think>` has opened: what stands before it is probably reasoning. */
  readonly closesUnopened?: true;
}

/** How many completion chunks came, and how many of them brought text. One with media is not empty. */
export interface ChunkCounts {
  readonly total: number;
  readonly withText: number;
  /** How many brought media, such as sound, and no text. Absent: none. */
  readonly withMedia?: number;
  /** How many came before the first one with text. Where none has text, all did. */
  readonly emptyFirst: number;
  /** How many came after the last one with text. */
  readonly emptyLast: number;
}

/** How many lines of a stream were no field. */
export interface StrayLineCount {
  readonly count: number;
  /** The first of them, shortened to 200 characters; `null` when there was none. */
  readonly first: string | null;
  /** What that probably is. */
  readonly kind: LineKind | null;
}

/** What in a stream was not as the standard has it. */
export interface Spoilt {
  /** Events whose data was no JSON object, and that were lost, whole or in part. */
  readonly malformedEvents: number;
  /** The data of the first of them, shortened to 200 characters; `null` when there was none. */
  readonly firstMalformed: string | null;
  /** Events and bodies that were nested too deep to be read; such events are malformed, too. */
  readonly tooDeep: number;
  /** Events that were no JSON as they stood, and could be read all the same. */
  readonly repairedEvents: number;
  /** Lines that are no field, which the standard passes over. What they hold of a completion was read. */
  readonly strayLines: StrayLineCount;
  /** The first error behind `[DONE]`, where no more is read. A live request waits 50 ms for it. */
  readonly errorAfterDone: EndpointError | null;
  /** The first text behind `[DONE]` that is neither an event of the API nor an error, shortened to 200 characters. */
  readonly textAfterDone: string | null;
  /** What the first event says in words that holds nothing of a completion and is no error by its form. */
  readonly remark: string | null;
}

/** What was read of a completion. */
export interface Reading extends Spoilt {
  readonly id: string | null;
  /**
   * The model names that chunks gave, in the order they came, at most 16 of 200 characters: more than one is worth a
   * warning.
   */
  readonly models: readonly string[];
  readonly fingerprints: readonly string[];
  /** By index; empty when no choice came. Texts are `""` when the reader was told not to keep them. */
  readonly choices: readonly Choice[];
  /** What said that nothing more follows: `[DONE]`, or the type of the protocol's last event; `null` when nothing did. */
  readonly lastEvent: string | null;
  readonly timeline: Timeline;
  readonly facts: CompletionFacts;
  /** Last deltas that were the whole text of their choice once more, and were left out. */
  readonly repeatedTexts: number;
  /** Chunks with a `content`, `delta` or `choices` of a form that nobody knows, such as a number, which was not read. */
  readonly unreadContents: number;
  /** Counts of usage that are none, such as -1, each field once, as it came first: nothing is known of them. */
  readonly oddUsage: readonly OddCount[];
  /** How many chunks brought media, by kind: it is output, and not kept. */
  readonly media: Readonly<Record<MediaKind, number>>;
  /** How many chunks of several choices do not say which one they belong to, so that their texts run together. */
  readonly unplacedChoices: number;
  readonly chunks: ChunkCounts;
}
