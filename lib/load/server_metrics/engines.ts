import type { EngineName, ServerReading, Summed } from "../../measure/server_side.ts";
import type { Sample, Samples } from "./prometheus.ts";

/** Which metrics of a server say what: the names of several versions, the newest first. */
interface Engine {
  readonly name: EngineName;
  /** How the names of its metrics begin. */
  readonly prefix: string;
  /** Histograms, of seconds. */
  readonly queue?: readonly string[];
  readonly prefill?: readonly string[];
  readonly ttft?: readonly string[];
  readonly tpot?: readonly string[];
  /** Histograms with an entry for each request. */
  readonly requests?: readonly string[];
  /** Counters of seconds, and of what they were spent on; `null`: nobody counts it. */
  readonly totals?: Partial<
    Readonly<Record<"prefill" | "tpot", readonly [seconds: string, of: string | null]>>
  >;
  readonly running: readonly string[];
  readonly waiting: readonly string[];
  readonly kvCache: readonly string[];
  /** Counters: found in the prefix cache, and looked up there; several of the latter are added up. */
  readonly prefixCache: readonly (readonly [hits: string, ...lookups: string[]])[];
}

/**
 * @see https://docs.vllm.ai/en/stable/usage/metrics/
 * @see https://docs.sglang.io/references/production_metrics.html
 * @see https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
 * @see https://huggingface.co/docs/text-generation-inference/reference/metrics
 */
const ENGINES: readonly Engine[] = [
  {
    name: "vllm",
    prefix: "vllm_",
    queue: ["request_queue_time_seconds"],
    prefill: ["request_prefill_time_seconds"],
    ttft: ["time_to_first_token_seconds"],
    tpot: [
      "request_time_per_output_token_seconds",
      "inter_token_latency_seconds",
      "time_per_output_token_seconds",
    ],
    requests: ["time_to_first_token_seconds", "e2e_request_latency_seconds"],
    running: ["num_requests_running"],
    waiting: ["num_requests_waiting"],
    kvCache: ["kv_cache_usage_perc", "gpu_cache_usage_perc"],
    prefixCache: [
      ["prefix_cache_hits_total", "prefix_cache_queries_total"],
      ["prefix_cache_hits", "prefix_cache_queries"],
      ["gpu_prefix_cache_hits_total", "gpu_prefix_cache_queries_total"],
      ["gpu_prefix_cache_hits", "gpu_prefix_cache_queries"],
    ],
  },
  {
    name: "sglang",
    prefix: "sglang_",
    queue: ["queue_time_seconds", "request_queue_time_seconds"],
    prefill: ["request_prefill_time_seconds"],
    ttft: ["time_to_first_token_seconds"],
    tpot: [
      "request_time_per_output_token_seconds",
      "inter_token_latency_seconds",
      "time_per_output_token_seconds",
    ],
    requests: ["time_to_first_token_seconds", "e2e_request_latency_seconds"],
    running: ["num_running_reqs"],
    waiting: ["num_queue_reqs"],
    kvCache: ["token_usage"],
    prefixCache: [["cached_tokens_total", "prompt_tokens_total"]],
  },
  {
    name: "llamacpp",
    prefix: "llamacpp_",
    totals: {
      prefill: ["prompt_seconds_total", null],
      tpot: ["tokens_predicted_seconds_total", "tokens_predicted_total"],
    },
    running: ["requests_processing"],
    waiting: ["requests_deferred"],
    kvCache: ["kv_cache_usage_ratio"],
    // It counts those that it read, and apart those that it did not have to.
    prefixCache: [
      ["prompt_tokens_cached_total", "prompt_tokens_cached_total", "prompt_tokens_total"],
    ],
  },
  {
    name: "tgi",
    prefix: "tgi_",
    queue: ["request_queue_duration"],
    tpot: ["request_mean_time_per_token_duration"],
    requests: ["request_queue_duration", "request_duration"],
    running: ["batch_current_size"],
    waiting: ["queue_size"],
    kvCache: [],
    prefixCache: [],
  },
];

/**
 * What a server says of itself; `null` where these are not the metrics of one that is known. Of several models, only that which is
 * asked for counts, where the server tells them apart by its name; engines behind one server are added up, and of their caches the
 * fullest counts.
 *
 * @example
 * ```ts
 * const samples = parsePrometheus("vllm:num_requests_waiting 3\n");
 * serverReading(samples, { model: "m" })?.waiting; // 3
 * ```
 */
export function serverReading(
  samples: Samples,
  { model }: { readonly model: string },
): ServerReading | null {
  const named = new Map([...samples].map(([name, all]) => [name.replaceAll(":", "_"), all]));
  const engine = ENGINES.find(({ prefix }) =>
    [...named.keys()].some((name) => name.startsWith(prefix)),
  );
  if (engine === undefined) return null;
  const values = (name: string): readonly number[] =>
    ofModel(named.get(engine.prefix + name) ?? [], model)
      .map(({ value }) => value)
      .filter(Number.isFinite);
  const total = (name: string): number | null => {
    const all = values(name);
    return all.length === 0 ? null : all.reduce((a, b) => a + b, 0);
  };
  const histogram = (names: readonly string[] = []): Summed | null =>
    first(names, (name) => {
      const [sum, count] = [total(`${name}_sum`), total(`${name}_count`)];
      return sum === null || count === null ? null : { sum, count };
    });
  const totals = (pair: readonly [string, string | null] | undefined): Summed | null => {
    const sum = pair === undefined ? null : total(pair[0]);
    if (pair === undefined || sum === null) return null;
    const count = pair[1] === null ? null : total(pair[1]);
    return pair[1] !== null && count === null ? null : { sum, count };
  };
  const prefix = engine.prefixCache
    .map(([hits, ...lookups]) => [total(hits), sumOf(lookups.map(total))] as const)
    .find(([hits, lookups]) => hits !== null && lookups !== null);
  return {
    engine: engine.name,
    requests: first(engine.requests ?? [], (name) => total(`${name}_count`)),
    queue: histogram(engine.queue),
    prefill: histogram(engine.prefill) ?? totals(engine.totals?.prefill),
    ttft: histogram(engine.ttft),
    tpot: histogram(engine.tpot) ?? totals(engine.totals?.tpot),
    running: first(engine.running, total),
    waiting: first(engine.waiting, total),
    kvCache: first(engine.kvCache, (name) => {
      const all = values(name);
      return all.length === 0 ? null : Math.max(...all);
    }),
    prefix: prefix === undefined ? null : { hits: prefix[0] ?? 0, lookups: prefix[1] ?? 0 },
  };
}

/** `null` where one of them is not there. */
function sumOf(values: readonly (number | null)[]): number | null {
  return values.reduce((sum, value) => (sum === null || value === null ? null : sum + value), 0);
}

/** What is found under the first name that there is. */
function first<Value>(
  names: readonly string[],
  find: (name: string) => Value | null,
): Value | null {
  for (const name of names) {
    const found = find(name);
    if (found !== null) return found;
  }
  return null;
}

function ofModel(samples: readonly Sample[], model: string): readonly Sample[] {
  const own = samples.filter(({ labels }) => labels["model_name"] === model);
  return own.length === 0 ? samples : own;
}
