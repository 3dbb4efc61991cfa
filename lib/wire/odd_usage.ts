import { asArray, asObject, type JsonObject } from "../base/json.ts";
import { isPlaceholder } from "./finish_reason.ts";
import { oneLine } from "./one_line.ts";
import { count, isCount } from "./usage.ts";

/** A count of a usage that is none, so that nothing is known of it. */
export interface OddCount {
  /** As the endpoint names it: `completion_tokens`, `prompt_tokens_details.cached_tokens`, or `usage` itself. */
  readonly field: string;
  /** What stands there, as JSON of at most 60 characters. */
  readonly value: string;
}

const COUNTS = [
  "prompt_tokens",
  "completion_tokens",
  "input_tokens",
  "output_tokens",
  "total_tokens",
  "reasoning_tokens",
  "cached_tokens",
  "prompt_cache_hit_tokens",
  "cache_read_input_tokens",
  "cache_creation_input_tokens",
];
const DETAILS = [
  ["completion_tokens_details", "reasoning_tokens"],
  ["output_tokens_details", "reasoning_tokens"],
  ["prompt_tokens_details", "cached_tokens"],
  ["input_tokens_details", "cached_tokens"],
] as const;

const NONE: readonly OddCount[] = [];
const LONGEST_VALUE = 60;

/**
 * The counts in the usage of a chunk, or of a whole completion, that are no counts: a negative or broken number, a word,
 * `true`. A number as text is one; what is absent, `null` or a written-out absence is no count, and not odd.
 *
 * @example
 * ```ts
 * oddCountsIn({ usage: { prompt_tokens: "12", completion_tokens: -1 } });
 * // [{ field: "completion_tokens", value: "-1" }]
 * ```
 */
export function oddCountsIn(chunk: JsonObject): readonly OddCount[] {
  // Of many endpoints every chunk has a usage: where nothing is odd, nothing is made.
  const found = oddCounts(chunk["usage"]);
  const groq = chunk["x_groq"];
  const other = groq === undefined ? NONE : oddCounts(asObject(groq)?.["usage"]);
  const inChoices = oddInChoices(chunk["choices"]);
  if (other === NONE && inChoices === NONE) return found;
  return [...found, ...other, ...inChoices];
}

/** The same for what stands under `usage`. */
export function oddCounts(usage: unknown): readonly OddCount[] {
  if (usage === undefined || usage === null) return NONE;
  const counts = asObject(usage);
  if (counts === null) return isSaid(usage) && usage !== 0 ? [oddCount("usage", usage)] : NONE;
  if (hasPlainCounts(counts)) return NONE;
  let found: OddCount[] | null = null;
  for (const name of COUNTS) {
    const value = counts[name];
    if (value !== undefined && isOdd(value)) (found ??= []).push(oddCount(name, value));
  }
  for (const [around, name] of DETAILS) {
    const details = counts[around];
    const value = details === undefined ? undefined : asObject(details)?.[name];
    if (isOdd(value)) (found ??= []).push(oddCount(`${around}.${name}`, value));
  }
  return found ?? NONE;
}

/** Whether every count is one, or is not there, as nearly always. Written out, since it is asked of every chunk. */
export function hasPlainCounts(counts: JsonObject): boolean {
  return (
    isCountOrNone(counts["prompt_tokens"]) &&
    isCountOrNone(counts["completion_tokens"]) &&
    isCountOrNone(counts["input_tokens"]) &&
    isCountOrNone(counts["output_tokens"]) &&
    isCountOrNone(counts["total_tokens"]) &&
    isCountOrNone(counts["reasoning_tokens"]) &&
    isCountOrNone(counts["cached_tokens"]) &&
    isCountOrNone(counts["prompt_cache_hit_tokens"]) &&
    isCountOrNone(counts["cache_read_input_tokens"]) &&
    isCountOrNone(counts["cache_creation_input_tokens"]) &&
    isCountOrNone(asObject(counts["completion_tokens_details"])?.["reasoning_tokens"]) &&
    isCountOrNone(asObject(counts["output_tokens_details"])?.["reasoning_tokens"]) &&
    isCountOrNone(asObject(counts["prompt_tokens_details"])?.["cached_tokens"]) &&
    isCountOrNone(asObject(counts["input_tokens_details"])?.["cached_tokens"])
  );
}

function isCountOrNone(value: unknown): boolean {
  return value === undefined || value === null || isCount(value);
}

function oddInChoices(choices: unknown): readonly OddCount[] {
  let found: OddCount[] | null = null;
  for (const choice of asArray(choices)) {
    const usage = asObject(choice)?.["usage"];
    if (usage !== undefined) (found ??= []).push(...oddCounts(usage));
  }
  return found ?? NONE;
}

function isOdd(value: unknown): boolean {
  return isSaid(value) && count(value) === null;
}

/** Whether it is more than a way to give nothing. */
function isSaid(value: unknown): boolean {
  if (value === undefined || value === null || value === false) return false;
  if (typeof value === "string") return !isPlaceholder(value);
  return !Array.isArray(value) || value.length > 0;
}

function oddCount(field: string, value: unknown): OddCount {
  const text = oneLine(JSON.stringify(value) ?? "");
  const shown =
    text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE - 1).toWellFormed()}…` : text;
  return { field, value: shown };
}
