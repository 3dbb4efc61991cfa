import type { PromptSource } from "../load/prompts.ts";
import { ONE_TO_ONE, type WordCount } from "../load/traffic/made_up_messages.ts";
import type { RunSpec } from "../load/run_share.ts";
import type { BenchSession } from "./session.ts";

/** How many tokens the endpoint counted for a synthetic prompt of so many words. */
export interface Counted {
  readonly words: number;
  readonly tokens: number;
}

/** How long prompts are to be, in tokens. */
export interface AskedLength {
  readonly tokens: number;
  /** So much of each, at the beginning, is shared in so many groups. `null`: nothing is. */
  readonly shared: { readonly share: number; readonly groups: number } | null;
}

/** Synthetic prompts of as many words as give the asked tokens. */
export function fittedPrompts(
  { tokens, shared }: AskedLength,
  fitting: Fitting,
): Extract<PromptSource, { kind: "synthetic" }> {
  const words = fitting(tokens);
  if (shared === null) return { kind: "synthetic", words };
  return {
    kind: "synthetic",
    words,
    shared: sharedWords({ ...shared, tokens, words, fitting }),
  };
}

/** What the endpoint adds around a prompt stands mostly before it, so it is of what is shared. */
function sharedWords({
  share,
  groups,
  tokens,
  words,
  fitting,
}: {
  readonly share: number;
  readonly groups: number;
  readonly tokens: number;
  readonly words: number;
  readonly fitting: Fitting;
}): { readonly words: number; readonly groups: number } {
  return { words: Math.min(words, fitting(Math.round(share * tokens))), groups };
}

/** How many words give so many tokens. */
export type Fitting = (tokens: number) => number;

/**
 * How many words of a prompt give so many tokens, by the endpoint's own counts of two prompts of different lengths, not
 * counted: they tell how many tokens a word has and how many are added around a prompt. Where the endpoint counts none, each
 * word is taken for one.
 */
export async function fittedTo(
  tokens: number,
  { spec, session }: { readonly spec: RunSpec; readonly session: BenchSession },
): Promise<Fitting> {
  const counted: Counted[] = [];
  for (const words of [Math.max(1, Math.round(tokens / 2)), tokens]) {
    const prompts = { kind: "synthetic", words } as const;
    const found = await session.promptTokens({
      ...spec,
      cache: "unique",
      prompts,
      images: undefined,
    });
    if (found === null) return (asked) => asked;
    counted.push({ words, tokens: found });
  }
  const [short, long] = counted;
  if (short === undefined || long === undefined) return (asked) => asked;
  return fittedBetween(short, long);
}

/** The straight line through two counts. */
export function fittedBetween(short: Counted, long: Counted): Fitting {
  return (asked) => fittingWords(asked, { short, long });
}

/** So many words in the two requests that tell how made-up prompts are counted. */
const TRIED = [100, 500] as const;

/**
 * The same prompts, with traffic that only has lengths made up of as many words as give its tokens: two requests, not counted,
 * tell how many. Where the endpoint counts none, each word is taken for one.
 */
export async function withFittedTraffic(
  prompts: PromptSource,
  { spec, session }: { readonly spec: RunSpec; readonly session: BenchSession },
): Promise<PromptSource> {
  if (prompts.kind !== "traffic" || prompts.contents.every(({ kind }) => kind === "body")) {
    return prompts;
  }
  const counted: Counted[] = [];
  for (const words of TRIED) {
    const tokens = await session.promptTokens({ ...spec, prompts: { kind: "synthetic", words } });
    if (tokens === null) return prompts;
    counted.push({ words, tokens });
  }
  const [short, long] = counted;
  if (short === undefined || long === undefined) return prompts;
  return { ...prompts, words: wordCount({ short, long }) };
}

/**
 * How words are counted, by the straight line through two counts; each is a token where they tell nothing.
 *
 * @example
 * ```ts
 * // 1.5 tokens a word, and 10 around the prompt.
 * wordCount({ short: { words: 50, tokens: 85 }, long: { words: 100, tokens: 160 } }).around; // 10
 * ```
 */
export function wordCount({
  short,
  long,
}: {
  readonly short: Counted;
  readonly long: Counted;
}): WordCount {
  const words = long.words - short.words;
  const tokens = long.tokens - short.tokens;
  if (words <= 0 || tokens <= 0) return ONE_TO_ONE;
  return { perToken: words / tokens, around: long.tokens - (long.words * tokens) / words };
}

/**
 * How many words give so many tokens, by the straight line through two counts. At least one; as many as tokens where
 * the counts tell nothing.
 *
 * @example
 * ```ts
 * // 1.5 tokens a word, and 10 around the prompt.
 * fittingWords(100, { short: { words: 50, tokens: 85 }, long: { words: 100, tokens: 160 } }); // 60
 * ```
 */
export function fittingWords(
  asked: number,
  { short, long }: { readonly short: Counted; readonly long: Counted },
): number {
  const words = long.words - short.words;
  const tokens = long.tokens - short.tokens;
  if (words <= 0 || tokens <= 0) return asked;
  return Math.max(1, Math.round(long.words + ((asked - long.tokens) * words) / tokens));
}
