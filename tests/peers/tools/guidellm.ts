import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bareEnvironment } from "../../support/clean_environment.ts";
import type { PythonTool } from "../../support/python_tool.ts";
import { type Statistics, statisticsOf } from "../statistics.ts";
import type { Figures, Metric } from "../truth.ts";
import { jsonLines, promptsOf, type Reported, type Tool } from "./tool.ts";

const VERSION = "0.8.1";

/** What pip installs. */
export const GUIDELLM = `guidellm==${VERSION}`;

/** How it sums up. */
export const GUIDELLM_WAY = { percentiles: "nearest_rank", e2eTo: "end" } as const;

/** A metric in its report. */
interface Distribution {
  readonly count: number;
  readonly mean: number;
  readonly percentiles: { readonly p50: number; readonly p99: number };
}

interface ReportedRequest {
  readonly response_id: string | null;
  readonly request_start_time: number;
  readonly request_end_time: number;
  readonly output_tokens_per_second: number;
  readonly info: { readonly timings: { readonly first_token_iteration: number | null } };
}

/** The part of `--output kind=json` that is read. */
interface Report {
  readonly benchmarks: readonly {
    readonly scheduler_metrics: {
      readonly measure_start_time: number;
      readonly measure_end_time: number;
      readonly requests_made: { readonly successful: number; readonly errored: number };
    };
    readonly metrics: Readonly<Record<string, { readonly successful: Distribution | null }>>;
    readonly requests: { readonly successful: readonly ReportedRequest[] };
  }[];
}

/** guidellm, over HTTP, with a tokenizer that it does not count with. */
export function guidellm({ program }: PythonTool): Tool {
  return {
    name: "guidellm",
    title: "guidellm",
    version: VERSION,
    command: (load) => {
      const { origin, streams, requests, warmup, folder, tokenizer } = load;
      const prompts = join(folder, "prompts.jsonl");
      writeFileSync(prompts, jsonLines(promptsOf(load).map((prompt) => ({ prompt }))));
      const profile = {
        kind: "concurrent",
        streams: [streams],
        ...(warmup ? { warmup: { mode: "requests", value: streams } } : {}),
      };
      const args = [
        [program("guidellm"), "run", "--disable-console", "--profile", JSON.stringify(profile)],
        ["--backend", `kind=openai_http,target=${origin},model=truth`],
        ["--constraint", `kind=max_requests,count=${requests + (warmup ? streams : 0)}`],
        ["--tokenizer", `kind=huggingface_auto,model=${tokenizer}`],
        ["--data", `kind=json_file,path=${prompts}`],
        ["--output", `kind=json,path=${join(folder, "report.json")}`],
      ];
      return {
        args: args.flat(),
        env: { ...bareEnvironment, HOME: folder, HF_HUB_OFFLINE: "1" },
      };
    },
    reported: (folder) => reportedIn(join(folder, "report.json")),
  };
}

/**
 * What guidellm says of a run, by its report. Each of its figures is of the requests that lie in the measured time, in part
 * or whole: up to the first token for TTFT, from there on for ITL (`GenerativeMetrics.compile`,
 * `get_within_range`).
 */
export function reportedIn(path: string): Reported {
  const { benchmarks } = JSON.parse(readFileSync(path, "utf8")) as Report;
  const [benchmark] = benchmarks;
  if (benchmark === undefined) throw new Error(`Cannot read ${path}: it has no benchmark`);
  const { metrics, scheduler_metrics: scheduler, requests } = benchmark;
  const within = (from: number, to: number): boolean =>
    to >= scheduler.measure_start_time && from <= scheduler.measure_end_time;
  const inTtft = (request: ReportedRequest): boolean =>
    within(request.request_start_time, firstTokenOf(request));
  const inItl = (request: ReportedRequest): boolean =>
    within(firstTokenOf(request), request.request_end_time);
  const inAll = (request: ReportedRequest): boolean =>
    within(request.request_start_time, request.request_end_time);
  const idsOf = (isIn: (request: ReportedRequest) => boolean): Set<string | null> =>
    new Set(requests.successful.filter(isIn).map(({ response_id: id }) => id));
  const [ttft, itl, all] = [idsOf(inTtft), idsOf(inItl), idsOf(inAll)];
  const measured = (metric: Metric): Set<string | null> =>
    metric === "ttft_ms" ? ttft : metric === "itl_ms" ? itl : all;
  const rates = requests.successful.filter(inAll).map((one) => one.output_tokens_per_second);
  const figures: Figures = {
    ...figure("ttft_ms", metrics["time_to_first_token_ms"]?.successful),
    ...figure("itl_ms", metrics["inter_token_latency_ms"]?.successful),
    ...figure("tpot_ms", metrics["time_per_output_token_ms"]?.successful),
    ...figure("e2e_ms", metrics["request_latency"]?.successful, 1000),
    // It sums up tokens over time, and has that of each request in its list alone.
    output_tokens_per_second: statisticsOf(rates, "nearest_rank"),
  };
  return {
    complete: scheduler.requests_made.successful,
    failed: scheduler.requests_made.errored,
    figures,
    summing: {
      ...GUIDELLM_WAY,
      has: ({ id }, metric) => measured(metric).has(id),
    },
  };
}

function firstTokenOf({ info }: ReportedRequest): number {
  return info.timings.first_token_iteration ?? NaN;
}

function figure(metric: Metric, of: Distribution | null | undefined, factor = 1): Figures {
  if (of === null || of === undefined) return {};
  const { count, mean, percentiles } = of;
  const statistics: Statistics = {
    count,
    mean: mean * factor,
    p50: percentiles.p50 * factor,
    p99: percentiles.p99 * factor,
  };
  return { [metric]: statistics };
}
