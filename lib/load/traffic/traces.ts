import type { Micros } from "../../base/time.ts";
import { TraceError, type TraceRow, traceRows } from "./trace_rows.ts";
import type {
  Follows,
  LengthsContent,
  SyntheticMessage,
  TraceLengths,
  Traffic,
  TrafficRequest,
} from "./traffic.ts";

/** The tokens of a block that a hash of Mooncake's stands for. */
export const MOONCAKE_BLOCK = 512;

/** How a trace is to be read, where it does not tell itself. */
export interface TraceOptions {
  /**
   * Whether the lengths of a conversation's rows hold what was said before (`cumulative`), or what is new only (`delta`).
   * Where the file tells, it must not be contradicted; where it does not, this must.
   */
  readonly lengths?: TraceLengths | undefined;
  /** The tokens of a block. Default {@linkcode MOONCAKE_BLOCK}. */
  readonly block?: number | undefined;
}

/**
 * The traffic of a trace, which has times and lengths only: see {@linkcode traceRows} for its forms. Prompts are made up to
 * these lengths; what has the same `hash_ids` at its beginning has the same words there. Rows without an answer are failed
 * requests, and left out.
 *
 * Rows of one session follow each other: each its `delay` after the end of the one before; where no end is known, as long after its
 * start as in the trace, but not before it has ended.
 *
 * Whether lengths are cumulative is told by `hash_ids`: then those of a row begin with the whole blocks of the row before. It
 * is never guessed.
 *
 * @throws {TraceError} when a row cannot be read, its `hash_ids` are not as many as its blocks, or nobody says how the
 *   lengths of a conversation are meant.
 *
 * @example
 * ```ts
 * readTrace("TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:17:03.9799600,4808,10").requests.length; // 1
 * ```
 */
export function readTrace(text: string, options: TraceOptions = {}): Traffic {
  const { form, rows: found } = traceRows(text);
  const { block = MOONCAKE_BLOCK } = options;
  for (const row of found) checkBlocks(row, block);
  const answered = found.filter(({ output }) => output > 0);
  const failed = found.length - answered.length;
  const rows = inOrder(answered);
  const talks = talksIn(rows);
  const lengths = lengthsOf(talks, { asked: options.lengths, block });
  const requests: TrafficRequest[] = Array(rows.length);
  for (const [session, talk] of talks.entries()) {
    const told = new Conversation({ lengths, block, session });
    for (const [turn, { row, index, at }] of talk.entries()) {
      const { content, promptTokens } = told.next(row);
      const before = talk[turn - 1];
      const follows = before === undefined ? null : followsOf(before, { row, at });
      requests[index] = { at, session, follows, content, promptTokens, outputTokens: row.output };
    }
  }
  return { form, requests, leftOut: failed === 0 ? {} : { no_answer: failed }, lengths };
}

/** A row at its place in the traffic: `at` is µs since the first one. */
interface Placed {
  readonly row: TraceRow;
  readonly index: number;
  readonly at: Micros;
}

/** By their times; a row without one comes with the row before it in its session. */
function inOrder(rows: readonly TraceRow[]): Placed[] {
  const last = new Map<string, Micros>();
  const timed = rows.map((row) => {
    const before = row.session === null ? undefined : last.get(row.session);
    const time = row.at ?? before;
    if (time === undefined) throw new TraceError("no_time", { line: row.line });
    if (row.session !== null) last.set(row.session, time);
    return { row, time };
  });
  const sorted = timed.toSorted((a, b) => a.time - b.time);
  const start = sorted[0]?.time ?? 0;
  return sorted.map(({ row, time }, index) => ({ row, index, at: time - start }));
}

/** Rows by their conversations, in the order in which these begin. */
function talksIn(rows: readonly Placed[]): (readonly Placed[])[] {
  return [
    ...Map.groupBy(rows, ({ row, index }) => (row.session === null ? index : row.session)).values(),
  ];
}

function followsOf(
  { row: before, index, at: start }: Placed,
  { row, at }: { readonly row: TraceRow; readonly at: Micros },
): Follows {
  if (row.delay !== null) return { index, pause: Math.max(0, row.delay), from: "end" };
  return before.took === null
    ? { index, pause: at - start, from: "start" }
    : { index, pause: Math.max(0, at - start - before.took), from: "end" };
}

function checkBlocks({ line, input, blocks }: TraceRow, block: number): void {
  if (blocks === null || blocks.length === Math.ceil(input / block)) return;
  throw new TraceError("blocks", { line, found: `${blocks.length}/${input}/${block}` });
}

/** @throws {TraceError} when nobody says it, or flag and file contradict each other. */
function lengthsOf(
  talks: readonly (readonly Placed[])[],
  { asked, block }: { readonly asked: TraceLengths | undefined; readonly block: number },
): TraceLengths | null {
  const several = talks.filter(({ length }) => length > 1);
  if (several.length === 0) return null;
  const told = toldByBlocks(several, block);
  if (told !== null && asked !== undefined && asked !== told) {
    throw new TraceError("lengths_known", { found: told });
  }
  const lengths = told ?? asked;
  if (lengths === undefined)
    throw new TraceError("lengths_unknown", { found: `${several.length}` });
  return lengths;
}

/** `null`: no row has a whole block before it, or some do not go on with those. */
function toldByBlocks(
  talks: readonly (readonly Placed[])[],
  block: number,
): Extract<TraceLengths, "cumulative"> | null {
  let compared = 0;
  for (const talk of talks) {
    for (const [turn, { row }] of talk.entries()) {
      const before = talk[turn - 1]?.row;
      if (before === undefined) continue;
      if (row.blocks === null || before.blocks === null) return null;
      const whole = before.blocks.slice(0, Math.floor(before.input / block));
      if (whole.some((name, index) => row.blocks?.[index] !== name)) return null;
      compared += whole.length;
    }
  }
  return compared === 0 ? null : "cumulative";
}

/** Makes up the turns of one conversation. */
class Conversation {
  readonly #options: {
    readonly lengths: TraceLengths | null;
    readonly block: number;
    readonly session: number;
  };
  #messages: SyntheticMessage[] = [];
  #tokens = 0;
  #turn = 0;

  constructor(options: {
    readonly lengths: TraceLengths | null;
    readonly block: number;
    readonly session: number;
  }) {
    this.#options = options;
  }

  next(row: TraceRow): { readonly content: LengthsContent; readonly promptTokens: number } {
    const isDelta = this.#options.lengths === "delta";
    // Blocks name the whole prompt; and a shorter one than before was cut by who sent it.
    const isFresh = !isDelta && (row.blocks !== null || row.input <= this.#tokens);
    if (isFresh) this.#messages = [];
    const before = isFresh ? 0 : this.#tokens;
    const tokens = isDelta ? row.input : row.input - before;
    this.#messages = [...this.#messages, { role: "user", parts: this.#parts(row, tokens) }];
    const messages = this.#messages;
    const answer = { seed: this.#seed("answer"), tokens: row.output };
    this.#messages = [...messages, { role: "assistant", parts: [answer] }];
    const promptTokens = before + tokens;
    this.#tokens = promptTokens + row.output;
    this.#turn++;
    return { content: { kind: "lengths", messages, output: row.output }, promptTokens };
  }

  #parts({ blocks, input }: TraceRow, tokens: number): SyntheticMessage["parts"] {
    if (blocks === null) return [{ seed: this.#seed("question"), tokens }];
    const { block } = this.#options;
    return blocks.map((name, index) => ({
      seed: seedOf(`block ${name}`),
      tokens: Math.min(block, input - index * block),
    }));
  }

  #seed(what: string): number {
    return seedOf(`${what} ${this.#options.session} ${this.#turn}`);
  }
}

/** FNV-1a: the same name gives the same seed. */
function seedOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < name.length; index++) {
    hash = Math.imul(hash ^ name.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
