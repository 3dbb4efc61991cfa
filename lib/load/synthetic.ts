import { seededRandom } from "../base/random.ts";

/** How long made-up prompts are, and how much of them they share. */
export interface SyntheticLength {
  readonly words: number;
  /** So many of the words, at the beginning, are the same in a group of prompts. Absent: none are. */
  readonly shared?: { readonly words: number; readonly groups: number } | undefined;
}

/** Short common words: nearly every tokenizer has each of them as one token. */
const WORDS = (
  "time people year way day man thing woman life child world school state family student group country problem hand " +
  "part place case week company system program question work government number night point home water room mother " +
  "area money story fact month lot right study book eye job word business issue side kind head house service friend " +
  "father power hour game line end member law car city community name president team minute idea body information"
).split(" ");

/** So many seeded words that read like a text without meaning. */
export function syntheticText(words: number, seed: number): string {
  const random = seededRandom(seed);
  const chosen = Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]);
  return chosen.join(" ");
}

/** What a prompt's words depend on. */
export interface SyntheticOptions {
  readonly cache: string;
  readonly seed: number;
  readonly prefixSeed?: number | undefined;
}

/**
 * The words of the prompt at this place of a run: others in each, with `cache: "reuse"` the same in all, and behind a
 * beginning that a group shares, where there is one.
 */
export function syntheticPrompt(
  length: SyntheticLength,
  index: number,
  { cache, seed, prefixSeed = seed }: SyntheticOptions,
): string {
  const { words, shared } = length;
  // With `reuse` every request has the same text: that is what the cache is tried with.
  const own = cache === "reuse" ? seed : seed + Math.imul(index + 1, 0x9e3779b1);
  if (shared === undefined) return syntheticText(words, own);
  const group = index % shared.groups;
  const beginning = syntheticText(shared.words, prefixSeed ^ Math.imul(group + 1, 0x27d4eb2f));
  return `${beginning} ${syntheticText(Math.max(1, words - shared.words), own)}`;
}

/** With which others a prompt shares its beginning. */
export function groupOf(
  source: { readonly kind: string; readonly shared?: SyntheticLength["shared"] },
  index: number,
): number {
  return index % (source.shared?.groups ?? 1);
}
