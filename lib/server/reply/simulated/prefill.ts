import type { Micros } from "../../../base/time.ts";

/** How long a simulated model takes for a prompt. */
export interface PrefillModel {
  /** From the request to the first token; with `prefill` what it takes besides the prompt's tokens. */
  readonly ttft: Micros;
  /** Tokens of a prompt a second. Absent: the length of a prompt costs nothing. */
  readonly prefill?: number | undefined;
}

/** What a prompt is made of. */
export interface PrefillTokens {
  readonly promptTokens: number;
  /** Those that come out of a cache: they cost nothing. Default 0. */
  readonly cachedTokens?: number | undefined;
}

/**
 * The time to the first token: `ttft + (prompt − cached) / prefill`; without a rate of its own, what is cached saves its
 * share of `ttft`.
 *
 * @example
 * ```ts
 * firstTokenTime({ ttft: 20_000, prefill: 1000 }, { promptTokens: 500, cachedTokens: 400 }); // 120000
 * firstTokenTime({ ttft: 20_000 }, { promptTokens: 500, cachedTokens: 400 }); // 4000
 * ```
 */
export function firstTokenTime(
  { ttft, prefill }: PrefillModel,
  { promptTokens, cachedTokens = 0 }: PrefillTokens,
): Micros {
  const fresh = promptTokens - cachedTokens;
  if (prefill !== undefined) return ttft + Math.round((fresh * 1e6) / prefill);
  return promptTokens === 0 ? ttft : Math.round((ttft * fresh) / promptTokens);
}
