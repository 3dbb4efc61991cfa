import { TimelineBuilder } from "../measure/timeline.ts";
import { type ChoiceDelta, type CompletionChunk, failureIn } from "../wire/completion.ts";
import type { EndpointError } from "../wire/endpoint_error.ts";
import type { MediaKind } from "../wire/media.ts";
import type { OddCount } from "../wire/odd_usage.ts";
import type { Micros } from "../base/time.ts";
import { ChoiceReader, type ChoiceReaderOptions, hasMedia, hasText } from "./choice_reader.ts";
import { countedWith, NO_CHUNKS } from "./chunk_counts.ts";
import { FewNames } from "./few_names.ts";
import type { Arrival, ChatPart, Choice, ChunkCounts } from "./reading.ts";

/** What a chunk brought: its parts, and the tokens it added, `null` when they were not counted. */
export interface ChunkNews extends Pick<Arrival, "deltas" | "tokens"> {
  readonly parts: ChatPart[];
}

/** Reads the chunks of one completion, one after the other: sorts what they add by choice and notes the times. */
export class ChunkReader {
  readonly timeline = new TimelineBuilder();
  readonly #asked: number | undefined;
  readonly #options: Omit<ChoiceReaderOptions, "timeline">;
  readonly #choices = new Map<number, ChoiceReader>();
  readonly #models = new FewNames();
  readonly #fingerprints = new FewNames();
  #chunks = NO_CHUNKS;
  #countedPerDelta = true;
  #id: string | null = null;
  #error: EndpointError | null = null;
  #unreadContents = 0;
  #unplaced = 0;
  readonly #media = { audio: 0, image: 0 };
  readonly #oddUsage = new Map<string, OddCount>();

  /** `choices`: how many were asked for; default 1. */
  constructor({
    choices,
    ...options
  }: Omit<ChoiceReaderOptions, "timeline"> & { readonly choices?: number | undefined }) {
    this.#asked = choices;
    this.#options = options;
  }

  get id(): string | null {
    return this.#id;
  }

  get models(): string[] {
    return this.#models.all();
  }

  get fingerprints(): string[] {
    return this.#fingerprints.all();
  }

  get chunks(): ChunkCounts {
    return this.#chunks;
  }

  /** Chunks that held something in the place of text which is none. */
  get unreadContents(): number {
    return this.#unreadContents;
  }

  /** Counts that were none, each field once, as it came first. */
  get oddUsage(): OddCount[] {
    return [...this.#oddUsage.values()];
  }

  /** Chunks with media, by kind. */
  get media(): Record<MediaKind, number> {
    return { ...this.#media };
  }

  /** Chunks that do not say which of several choices they belong to. */
  get unplacedChoices(): number {
    return (this.#asked ?? 1) > 1 || this.#choices.size > 1 ? this.#unplaced : 0;
  }

  /** The first error. */
  get error(): EndpointError | null {
    return this.#error;
  }

  /** By index. */
  get choices(): Choice[] {
    return [...this.#choices].toSorted(([a], [b]) => a - b).map(([, choice]) => choice.result());
  }

  get repeatedTexts(): number {
    return [...this.#choices.values()].reduce((sum, choice) => sum + choice.repeatedTexts, 0);
  }

  /** Takes a chunk. `error`: one that is told beside it, as by the name of its event. */
  read(
    chunk: CompletionChunk,
    { at, error = null }: { readonly at: Micros | null; readonly error?: EndpointError | null },
  ): ChunkNews {
    this.#id ??= chunk.id;
    this.#models.add(chunk.model);
    this.#fingerprints.add(chunk.fingerprint);
    const tokensBefore = this.timeline.usage?.completionTokens ?? 0;
    const deltas = chunk.choices.map((delta) => this.#choice(delta.index).news(delta));
    const withText = deltas.some(hasText);
    const isDelta = withText || deltas.some(hasMedia);
    if (chunk.accepted) this.timeline.accepted(at);
    const { usage, usageIsWhole } = chunk;
    this.timeline.chunk({ isDelta, usage, usageIsWhole }, at);
    this.#chunks = countedWith(this.#chunks, withText ? "text" : isDelta ? "media" : "nothing");
    if (deltas.some(hasMedia)) this.#countMedia(deltas);
    const parts: ChatPart[] = [];
    let isUnread = false;
    let isUnplaced = false;
    for (const delta of deltas) {
      if (delta.unread) isUnread = true;
      if (delta.unplaced) isUnplaced = true;
      for (const part of this.#choice(delta.index).take(delta, at)) parts.push(part);
    }
    if (isUnread) this.#unreadContents++;
    if (isUnplaced) this.#unplaced++;
    if (chunk.oddUsage !== undefined) this.#noteOdd(chunk.oddUsage);
    if (chunk.usage !== null) parts.push({ type: "usage", usage: chunk.usage, at });
    const failure = chunk.error ?? error ?? failureIn(chunk);
    if (failure !== null) parts.push(this.fail(failure, at));
    const counted = chunk.usage?.completionTokens ?? null;
    // A count that comes once, at the end, is not what its chunk added.
    if (isDelta && counted === null) this.#countedPerDelta = false;
    const isKnown = counted !== null && this.#countedPerDelta;
    return {
      parts,
      deltas: isDelta ? 1 : 0,
      tokens: isKnown ? Math.max(0, counted - tokensBefore) : null,
    };
  }

  /** Something failed. */
  fail(error: EndpointError, at: Micros | null): ChatPart {
    this.#error ??= error;
    return { type: "error", error, at };
  }

  /** The completion is over: the text that was held back. */
  end(at: Micros | null): ChatPart[] {
    return [...this.#choices.values()].flatMap((choice) => choice.end(at));
  }

  #noteOdd(counts: readonly OddCount[]): void {
    for (const odd of counts) {
      if (!this.#oddUsage.has(odd.field)) this.#oddUsage.set(odd.field, odd);
    }
  }

  #countMedia(deltas: readonly ChoiceDelta[]): void {
    for (const kind of ["audio", "image"] as const) {
      if (deltas.some(({ media }) => media?.includes(kind))) this.#media[kind]++;
    }
  }

  #choice(index: number): ChoiceReader {
    const known = this.#choices.get(index);
    if (known !== undefined) return known;
    const choice = new ChoiceReader(index, { ...this.#options, timeline: this.timeline });
    this.#choices.set(index, choice);
    return choice;
  }
}
