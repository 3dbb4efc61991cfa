import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bareEnvironment } from "../../support/clean_environment.ts";
import type { PythonTool } from "../../support/python_tool.ts";
import type { Statistics } from "../statistics.ts";
import { METRICS, type Metric } from "../truth.ts";
import { jsonLines, promptsOf, type Reported, type Tool } from "./tool.ts";

const VERSION = "0.13.0";

/** What pip installs. */
export const AIPERF = `aiperf==${VERSION}`;

/** How it sums up. */
export const AIPERF_WAY = { percentiles: "linear", e2eTo: "last_token" } as const;

/** Its names for what is compared. */
const NAMES: Readonly<Partial<Record<Metric, string>>> = {
  ttft_ms: "time_to_first_token",
  icl_ms: "inter_chunk_latency",
  itl_ms: "inter_token_latency",
  e2e_ms: "request_latency",
  output_tokens_per_second: "e2e_output_token_throughput",
  run_output_tokens_per_second: "output_token_throughput",
};

/** A metric in `profile_export_aiperf.json`; one of a whole run has `avg` alone. */
interface Exported {
  readonly avg: number;
  readonly p50?: number;
  readonly p99?: number;
  readonly count?: number;
}

/** A line of `profile_export.jsonl`. */
interface ExportedRequest {
  readonly metadata: { readonly x_request_id: string; readonly benchmark_phase: string };
  readonly error?: unknown;
}

/** AIPerf, with the counts of the endpoint, as it is given in `--as`. */
export function aiperf({ program }: PythonTool): Tool {
  return {
    name: "aiperf",
    title: "AIPerf",
    version: VERSION,
    command: (load) => {
      const { origin, streams, requests, warmup, folder, tokenizer } = load;
      const prompts = join(folder, "prompts.jsonl");
      writeFileSync(prompts, jsonLines(promptsOf(load).map((text) => ({ text }))));
      const args = [
        [program("aiperf"), "profile", "--model", "truth", "--url", origin],
        ["--endpoint-type", "chat", "--streaming", "--use-server-token-count"],
        ["--tokenizer", tokenizer, "--input-file", prompts, "--custom-dataset-type", "single_turn"],
        ["--concurrency", String(streams), "--request-count", String(requests)],
        warmup ? ["--warmup-request-count", String(streams)] : [],
        ["--no-gpu-telemetry", "--no-server-metrics"],
        ["--artifact-dir", join(folder, "artifacts"), "--ui", "none"],
      ];
      // With HF_HUB_OFFLINE it takes the folder of a tokenizer for a name in the hub's cache. Without, it asks nobody.
      return { args: args.flat(), env: { ...bareEnvironment, HOME: folder } };
    },
    reported: (folder) => reportedIn(join(folder, "artifacts")),
  };
}

/** What AIPerf says of a run, by the files in the folder of `--artifact-dir`. */
export function reportedIn(folder: string): Reported {
  const summary = JSON.parse(
    readFileSync(join(folder, "profile_export_aiperf.json"), "utf8"),
  ) as Readonly<Record<string, Exported | undefined>>;
  const lines = readFileSync(join(folder, "profile_export.jsonl"), "utf8").trim().split("\n");
  const requests = lines
    .map((line) => JSON.parse(line) as ExportedRequest)
    .filter(({ metadata }) => metadata.benchmark_phase === "profiling");
  const measured = new Set(
    requests
      .filter(({ error }) => error === undefined || error === null)
      .map(({ metadata }) => metadata.x_request_id),
  );
  const figures = METRICS.flatMap((metric) => {
    const exported = summary[NAMES[metric] ?? ""];
    return exported === undefined ? [] : [[metric, statistics(exported)] as const];
  });
  return {
    complete: summary["request_count"]?.avg ?? 0,
    failed: summary["error_request_count"]?.avg ?? 0,
    figures: Object.fromEntries(figures),
    summing: {
      ...AIPERF_WAY,
      has: ({ request_id: id }) => id !== null && measured.has(id),
    },
  };
}

function statistics({ avg, p50 = avg, p99 = avg, count = 1 }: Exported): Statistics {
  return { count, mean: avg, p50, p99 };
}
