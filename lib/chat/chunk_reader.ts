import { TimelineBuilder } from "../measure/timeline.ts";
import { type ChoiceDelta, type CompletionChunk, failureIn } from "../wire/completion.ts";
import type { EndpointError } from "../wire/endpoint_error.ts";
import type { MediaKind } from "../wire/media.ts";
import type { OddCount } from "../wire/odd_usage.ts";
import type { PlainChunk } from "../wire/plain_chunk.ts";
import { countsOf, type Usage } from "../wire/usage.ts";
import { asText } from "../base/json.ts";
import type { Micros } from "../base/time.ts";
import { ChoiceReader, type ChoiceReaderOptions, hasText, type Parts } from "./choice_reader.ts";
import { ChunkCounter } from "./chunk_counts.ts";
import { FewNames } from "./few_names.ts";
import type { Arrival, ChatPart, Choice, ChunkCounts } from "./reading.ts";

/** What a chunk brought: its parts, and the tokens it added, `null` when they were not counted. */
export interface ChunkNews extends Pick<Arrival, "deltas" | "tokens"> {
  readonly parts: ChatPart[];
}

/** Options of {@linkcode ChunkReader}. */
interface ChunkReaderOptions extends Omit<ChoiceReaderOptions, "timeline"> {
  /** How many were asked for. Default 1. */
  readonly choices?: number | undefined;
  /** Give the parts of what is added; of errors they are always given. Default `true`. */
  readonly parts?: boolean | undefined;
}

/** Nobody adds to it. */
const NO_PARTS: readonly ChatPart[] = [];

/** Reads the chunks of one completion, one after the other: sorts what they add by choice and notes the times. */
export class ChunkReader {
  readonly timeline = new TimelineBuilder();
  readonly #asked: number | undefined;
  readonly #givesParts: boolean;
  readonly #options: Omit<ChoiceReaderOptions, "timeline">;
  readonly #choices = new Map<number, ChoiceReader>();
  #last: ChoiceReader | null = null;
  readonly #models = new FewNames();
  readonly #fingerprints = new FewNames();
  readonly #chunks = new ChunkCounter();
  #countedPerDelta = true;
  #id: string | null = null;
  #error: EndpointError | null = null;
  #unreadContents = 0;
  #unplaced = 0;
  readonly #media = { audio: 0, image: 0 };
  readonly #oddUsage = new Map<string, OddCount>();

  constructor({ choices, parts = true, ...options }: ChunkReaderOptions) {
    this.#asked = choices;
    this.#givesParts = parts;
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
    return this.#chunks.counts;
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
    const { usage } = chunk;
    this.#id ??= chunk.id;
    this.#models.add(chunk.model);
    this.#fingerprints.add(chunk.fingerprint);
    const parts: ChatPart[] = [];
    const has = this.#readChoices(chunk.choices, { parts: this.#givesParts ? parts : null, at });
    const isDelta = has !== "nothing";
    const tokens = this.#tokensAdded(usage, { isDelta });
    if (chunk.accepted) this.timeline.accepted(at);
    this.timeline.chunk({ isDelta, usage, usageIsWhole: chunk.usageIsWhole }, at);
    this.#chunks.add(has);
    if (chunk.oddUsage !== undefined) this.#noteOdd(chunk.oddUsage);
    if (usage !== null && this.#givesParts) parts.push({ type: "usage", usage, at });
    const failure = chunk.error ?? error ?? failureIn(chunk);
    if (failure !== null) parts.push(this.fail(failure, at));
    return { parts, deltas: isDelta ? 1 : 0, tokens };
  }

  /** Takes a plain chunk, in a third of the time of {@linkcode ChunkReader.read}, which would come to the same. */
  readPlain(chunk: PlainChunk, { at, data }: Pick<Arrival, "at" | "data">): Arrival {
    const [{ index, delta }] = chunk.choices;
    const usage = countsOf(chunk.usage ?? null);
    this.#id ??= asText(chunk["id"]);
    this.#models.add(asText(chunk["model"]));
    this.#fingerprints.add(asText(chunk["system_fingerprint"]));
    const parts: ChatPart[] | null = this.#givesParts ? [] : null;
    this.#choice(index).takePlain(delta.content, { parts, at });
    const tokens = this.#tokensAdded(usage, { isDelta: true });
    this.timeline.chunk({ isDelta: true, usage }, at);
    this.#chunks.add("text");
    if (usage !== null) parts?.push({ type: "usage", usage, at });
    return { at, data, value: chunk, kind: "chunk", parts: parts ?? NO_PARTS, deltas: 1, tokens };
  }

  /** The tokens that a chunk added, by the counts on it and those before; `null`: that is not known. */
  #tokensAdded(usage: Usage | null, { isDelta }: { readonly isDelta: boolean }): number | null {
    const counted = usage?.completionTokens ?? null;
    // A count that comes once, at the end, is not what its chunk added.
    if (isDelta && counted === null) this.#countedPerDelta = false;
    if (counted === null || !this.#countedPerDelta) return null;
    return Math.max(0, counted - (this.timeline.usage?.completionTokens ?? 0));
  }

  /** Takes what a chunk adds to its choices, and tells whether it is a delta. No array is made on the way: it is gone
   * through for every chunk of every stream. */
  #readChoices(choices: readonly ChoiceDelta[], to: Parts): "text" | "media" | "nothing" {
    let has: "text" | "media" | "nothing" = "nothing";
    let isUnread = false;
    let isUnplaced = false;
    let media: Set<MediaKind> | null = null;
    for (const given of choices) {
      const choice = this.#choice(given.index);
      const delta = choice.news(given);
      if (hasText(delta)) has = "text";
      if (delta.media !== undefined) {
        if (has === "nothing") has = "media";
        media ??= new Set();
        for (const kind of delta.media) media.add(kind);
      }
      if (delta.unread) isUnread = true;
      if (delta.unplaced) isUnplaced = true;
      choice.take(delta, to);
    }
    if (isUnread) this.#unreadContents++;
    if (isUnplaced) this.#unplaced++;
    if (media !== null) for (const kind of media) this.#media[kind]++;
    return has;
  }

  /** Something failed. */
  fail(error: EndpointError, at: Micros | null): ChatPart {
    this.#error ??= error;
    return { type: "error", error, at };
  }

  /** The completion is over: the text that was held back. */
  end(at: Micros | null): ChatPart[] {
    const parts: ChatPart[] = [];
    const to = { parts: this.#givesParts ? parts : null, at };
    for (const choice of this.#choices.values()) choice.end(to);
    return parts;
  }

  #noteOdd(counts: readonly OddCount[]): void {
    for (const odd of counts) {
      if (!this.#oddUsage.has(odd.field)) this.#oddUsage.set(odd.field, odd);
    }
  }

  #choice(index: number): ChoiceReader {
    const last = this.#last;
    // Nearly always the one of the chunk before.
    if (last !== null && last.index === index) return last;
    const known = this.#choices.get(index);
    const choice = known ?? new ChoiceReader(index, { ...this.#options, timeline: this.timeline });
    if (known === undefined) this.#choices.set(index, choice);
    this.#last = choice;
    return choice;
  }
}
