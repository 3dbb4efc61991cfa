import { type Distribution, distributionOf } from "./distribution.ts";
import type { RequestRecord } from "./request_record.ts";

/** What the requests of one kind say. Times are in µs, of complete requests. */
export interface KindSummary {
  readonly kind: string;
  readonly sent: number;
  readonly complete: number;
  readonly ttft: Distribution;
  readonly tpot: Distribution;
  readonly e2e: Distribution;
  /** The means over complete requests; `null` without usage. */
  readonly promptTokens: number | null;
  readonly completionTokens: number | null;
}

/**
 * Sums up a run of several kinds of requests, in the order of their names; `null` of any other run.
 *
 * @example
 * ```ts
 * kindSummaries(run.records)?.map(({ kind, ttft }) => [kind, ttft.p50]);
 * ```
 */
export function kindSummaries(records: readonly RequestRecord[]): KindSummary[] | null {
  const names = [...new Set(records.flatMap(({ kind }) => kind ?? []))].toSorted();
  if (names.length === 0) return null;
  return names.map((kind) => {
    const sent = records.filter((record) => record.kind === kind);
    const complete = sent.filter(({ outcome }) => outcome === "complete");
    return {
      kind,
      sent: sent.length,
      complete: complete.length,
      ttft: distributionOf(complete.map(({ metrics }) => metrics.ttft)),
      tpot: distributionOf(complete.map(({ metrics }) => metrics.tpot)),
      e2e: distributionOf(complete.map(({ metrics }) => metrics.e2e)),
      promptTokens: distributionOf(complete.map(({ usage }) => usage?.promptTokens ?? null)).mean,
      completionTokens: distributionOf(complete.map(({ usage }) => usage?.completionTokens ?? null))
        .mean,
    };
  });
}
