import { ONE_TO_ONE, type WordCount } from "../load/traffic/made_up_messages.ts";
import type { RunSpec } from "../load/run_share.ts";
import type { BenchSession } from "./session.ts";

/** How many tokens the endpoint counted for a synthetic prompt of so many words. */
export interface Counted {
  readonly words: number;
  readonly tokens: number;
}

/**
 * The same spec with synthetic prompts of as many words as give the asked tokens: two requests of different lengths,
 * not counted, tell how many tokens a word has and how many the endpoint adds around a prompt. Where it counts none,
 * each word is taken for one.
 */
export async function withFittedPrompts(
  spec: RunSpec,
  { asked, session }: { readonly asked: number | undefined; readonly session: BenchSession },
): Promise<RunSpec> {
  if (asked === undefined) return spec;
  const counted: Counted[] = [];
  for (const words of [Math.max(1, Math.round(asked / 2)), asked]) {
    const tokens = await session.promptTokens({ ...spec, prompts: { kind: "synthetic", words } });
    if (tokens === null) return spec;
    counted.push({ words, tokens });
  }
  const [short, long] = counted;
  if (short === undefined || long === undefined) return spec;
  return { ...spec, prompts: { kind: "synthetic", words: fittingWords(asked, { short, long }) } };
}

/** So many words in the two requests that tell how made-up prompts are counted. */
const TRIED = [100, 500] as const;

/**
 * The same spec with traffic that only has lengths made up of as many words as give its tokens: two requests, not counted,
 * tell how many. Where the endpoint counts none, each word is taken for one.
 */
export async function withFittedTraffic(
  spec: RunSpec,
  { session }: { readonly session: BenchSession },
): Promise<RunSpec> {
  const { prompts } = spec;
  if (prompts.kind !== "traffic" || prompts.contents.every(({ kind }) => kind === "body")) {
    return spec;
  }
  const counted: Counted[] = [];
  for (const words of TRIED) {
    const tokens = await session.promptTokens({ ...spec, prompts: { kind: "synthetic", words } });
    if (tokens === null) return spec;
    counted.push({ words, tokens });
  }
  const [short, long] = counted;
  if (short === undefined || long === undefined) return spec;
  return { ...spec, prompts: { ...prompts, words: wordCount({ short, long }) } };
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
