import type { RequestRecord } from "./request_record.ts";

/**
 * Cached prompt tokens / prompt tokens, of the requests that gave both; `null` where none did.
 *
 * @example
 * ```ts
 * cachedShare(run.records); // 0.62
 * ```
 */
export function cachedShare(records: readonly Pick<RequestRecord, "usage">[]): number | null {
  let [cached, prompt] = [0, 0];
  for (const { usage } of records) {
    const { cachedTokens = null, promptTokens = null } = usage ?? {};
    if (cachedTokens === null || promptTokens === null || promptTokens === 0) continue;
    cached += cachedTokens;
    prompt += promptTokens;
  }
  return prompt === 0 ? null : cached / prompt;
}
