import type { Micros } from "../base/time.ts";
import { Times } from "./times.ts";
import { latestUsage, type Usage } from "../wire/usage.ts";

/**
 * What one completion did, and when. Times are in microseconds since the request was sent; `null` where the
 * event did not happen, or came from a file without times.
 */
export interface Timeline {
  /** Arrival of the first piece of the body. */
  readonly firstPieceAt: Micros | null;
  /** Arrival of each delta, in order. */
  readonly deltasAt: readonly (Micros | null)[];
  /** The endpoint told that it had begun to work at the request, where its protocol has an event for that. */
  readonly acceptedAt: Micros | null;
  /** Arrival of the first delta with answer text. */
  readonly firstAnswerAt: Micros | null;
  /** `[DONE]`, the protocol's own last event, or the end of the body. */
  readonly closedAt: Micros | null;
  /** The endpoint's last word on its counts. */
  readonly usage: Usage | null;
  /** `completion_tokens` as counted on the chunk of the first delta. */
  readonly tokensAtFirstDelta: number | null;
  /** `reasoning_tokens` on that chunk. */
  readonly reasoningTokensAtFirstDelta: number | null;
  /** Every delta's chunk carried `completion_tokens`, so tokens per delta are counted, not estimated. */
  readonly countedPerDelta: boolean;
  readonly hasReasoningDelta: boolean;
  /** `false` when a whole completion came instead of a stream: there are no deltas to time. */
  readonly streamed: boolean;
}

/** What the timeline takes note of in one chunk. */
export interface TimelineChunk {
  /** It adds text of any kind: it is a delta. */
  readonly isDelta: boolean;
  readonly usage: Usage | null;
  /** `usage` takes the place of all that was known before. */
  readonly usageIsWhole?: boolean | undefined;
}

/**
 * Writes a {@linkcode Timeline} while a completion arrives. It knows no clock: times come in.
 *
 * @example
 * ```ts
 * const builder = new TimelineBuilder();
 * builder.piece(180_000);
 * builder.chunk({ isDelta: true, usage: null }, 180_000);
 * builder.build({ closedAt: 200_000, streamed: true }).deltasAt; // [180_000]
 * ```
 */
export class TimelineBuilder {
  #pieces = 0;
  #firstPieceAt: Micros | null = null;
  readonly #deltasAt = new Times();
  #acceptedAt: Micros | null = null;
  #answered = false;
  #firstAnswerAt: Micros | null = null;
  #usage: Usage | null = null;
  #tokensAtFirstDelta: number | null = null;
  #reasoningTokensAtFirstDelta: number | null = null;
  #countedDeltas = 0;
  #hasReasoningDelta = false;

  /** The latest usage so far. */
  get usage(): Usage | null {
    return this.#usage;
  }

  /** A piece of the body arrived. */
  piece(at: Micros | null): void {
    if (this.#pieces++ === 0) this.#firstPieceAt = at;
  }

  /** The endpoint told that it has begun. The first time counts. */
  accepted(at: Micros | null): void {
    this.#acceptedAt ??= at;
  }

  /** A chunk arrived. */
  chunk(chunk: TimelineChunk, at: Micros | null): void {
    if (chunk.usage !== null) {
      const before = chunk.usageIsWhole ? null : this.#usage;
      this.#usage = latestUsage(before, chunk.usage);
    }
    if (!chunk.isDelta) return;
    const counted = chunk.usage?.completionTokens ?? null;
    if (this.#deltasAt.length === 0) {
      this.#tokensAtFirstDelta = counted;
      this.#reasoningTokensAtFirstDelta = chunk.usage?.reasoningTokens ?? null;
    }
    this.#deltasAt.add(at);
    if (counted !== null) this.#countedDeltas++;
  }

  /**
   * Answer text arrived at this time. Apart from {@linkcode TimelineBuilder.chunk} because it may be known later
   * than it came: a `<` may begin a `<think>` tag or an answer.
   */
  answer(at: Micros | null): void {
    const first = this.#firstAnswerAt;
    const isEarlier = at !== null && first !== null && at < first;
    if (!this.#answered || isEarlier) this.#firstAnswerAt = at;
    this.#answered = true;
  }

  /** Reasoning text arrived. */
  reasoning(): void {
    this.#hasReasoningDelta = true;
  }

  /** The timeline so far. */
  build(end: { readonly closedAt: Micros | null; readonly streamed: boolean }): Timeline {
    return {
      firstPieceAt: this.#firstPieceAt,
      acceptedAt: this.#acceptedAt,
      deltasAt: end.streamed ? this.#deltasAt.all() : [],
      firstAnswerAt: end.streamed ? this.#firstAnswerAt : null,
      closedAt: end.closedAt,
      usage: this.#usage,
      tokensAtFirstDelta: this.#tokensAtFirstDelta,
      reasoningTokensAtFirstDelta: this.#reasoningTokensAtFirstDelta,
      countedPerDelta: this.#deltasAt.length > 0 && this.#countedDeltas === this.#deltasAt.length,
      hasReasoningDelta: this.#hasReasoningDelta,
      streamed: end.streamed,
    };
  }
}
