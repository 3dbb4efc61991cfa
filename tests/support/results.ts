import { benchJson, benchRunsJson } from "../../lib/report/run/run_json.ts";
import { warningsOf } from "../../lib/report/run/warnings.ts";
import { type MadeUpRequest, madeUpRecords, madeUpRun } from "./records.ts";

/** What is special about the runs of a made-up result. */
export interface MadeUpResult {
  /** TTFT of each run, in ms. */
  readonly ttfts: readonly number[];
  /** The first one's number of its pair; the others follow. Default: they belong to none. */
  readonly pairsFrom?: number;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly request?: MadeUpRequest;
  readonly requests?: number;
}

/** A result file with several runs, as `bench --repeat --out` writes it: each of 10 requests, one every 200 ms. */
export function resultText(result: MadeUpResult): string {
  return JSON.stringify(resultValue(result));
}

/** The value of {@linkcode resultText}. */
export function resultValue({
  ttfts,
  pairsFrom,
  config,
  request,
  requests = 10,
}: MadeUpResult): Record<string, unknown> {
  const runs = ttfts.map((ttft) => reported({ ttft, config, request, requests }));
  const { runs: written, ...rest } = benchRunsJson(runs, "en");
  const numbered = (written as object[]).map((run, index) =>
    pairsFrom === undefined ? run : Object.assign(run, { pair: pairsFrom + index }),
  );
  return { ...rest, runs: numbered, planned_runs: runs.length };
}

/** A result file with one run, as `bench --out` writes it. */
export function singleResultText(ttft: number): string {
  const config = undefined;
  return JSON.stringify(benchJson(reported({ ttft, config, request: {}, requests: 10 }), "en"));
}

function reported({
  ttft,
  config,
  request,
  requests,
}: {
  readonly ttft: number;
  readonly config: MadeUpResult["config"];
  readonly request: MadeUpRequest | undefined;
  readonly requests: number;
}) {
  const records = madeUpRecords(requests, (index) => ({
    ...request,
    // No two runs are the same.
    ttft: ttft + (index % 3) / 10,
  }));
  const run = { ...madeUpRun(records), config: { model: "m", concurrency: 4, ...config } };
  return { run, warnings: warningsOf(run) };
}
