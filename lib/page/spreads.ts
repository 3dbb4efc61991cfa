import type { ResultRequest, ResultRun } from "../report/run/result.ts";
import { METRICS } from "./definitions.ts";
import type { Spread } from "./page_data.ts";
import { spreadOf } from "./spread.ts";

/** How each metric of a run lies: of complete requests, as the statistics are; none of a metric without samples. */
export function spreadsOf({ requests }: Pick<ResultRun, "requests">): Spread[] {
  const complete = requests.filter(({ outcome }) => outcome === "complete");
  return (Object.keys(METRICS) as (keyof typeof METRICS)[]).flatMap((metric) => {
    const samples =
      metric === "itl_ms"
        ? gapsOf(complete)
        : complete.flatMap((request) => sampleOf(request, metric) ?? []);
    return spreadOf(metric, samples) ?? [];
  });
}

function sampleOf(
  request: ResultRequest,
  metric: Exclude<keyof typeof METRICS, "itl_ms">,
): number | null {
  const { wait_ms: wait, ttft_ms: ttft, e2e_ms: e2e } = request;
  switch (metric) {
    case "ttft_scheduled_ms":
      return wait === null || ttft === null ? null : wait + ttft;
    case "e2e_scheduled_ms":
      return wait === null || e2e === null ? null : wait + e2e;
    default:
      return request[metric];
  }
}

function gapsOf(requests: readonly ResultRequest[]): Float64Array {
  const count = requests.reduce((sum, { itl_us: gaps }) => sum + (gaps?.length ?? 0), 0);
  const all = new Float64Array(count);
  let at = 0;
  for (const { itl_us: gaps = [] } of requests) for (const gap of gaps) all[at++] = gap / 1000;
  return all;
}
