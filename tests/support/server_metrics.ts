/** How far a made-up server has come. Times are sums, in s. */
export interface ServerState {
  readonly requests: number;
  readonly tokens?: number;
  readonly queue?: number;
  readonly prefill?: number;
  readonly ttft?: number;
  readonly tpot?: number;
  readonly running?: number;
  readonly waiting?: number;
  readonly kvCache?: number;
  readonly hits?: number;
  readonly lookups?: number;
}

/** The page of metrics of each server that is known, by the names that its documentation has for them. */
export const METRICS_PAGES = {
  vllm: (state: ServerState): string => {
    const {
      requests,
      queue = 0,
      prefill = 0,
      ttft = 0,
      tpot = 0,
      running = 0,
      waiting = 0,
    } = state;
    const { kvCache = 0, hits = 0, lookups = 0 } = state;
    const labels = '{engine="0",model_name="m"}';
    return `\
# HELP vllm:num_requests_running Number of requests in model execution batches.
# TYPE vllm:num_requests_running gauge
vllm:num_requests_running${labels} ${running}
# HELP vllm:num_requests_waiting Number of requests waiting to be processed.
# TYPE vllm:num_requests_waiting gauge
vllm:num_requests_waiting${labels} ${waiting}
# HELP vllm:kv_cache_usage_perc KV-cache usage. 1 means 100 percent usage.
# TYPE vllm:kv_cache_usage_perc gauge
vllm:kv_cache_usage_perc${labels} ${kvCache}
# HELP vllm:prefix_cache_queries_total Prefix cache queries, in terms of number of queried tokens.
# TYPE vllm:prefix_cache_queries_total counter
vllm:prefix_cache_queries_total${labels} ${lookups}
# TYPE vllm:prefix_cache_hits_total counter
vllm:prefix_cache_hits_total${labels} ${hits}
${histogram("vllm:time_to_first_token_seconds", ttft, requests, labels)}\
${histogram("vllm:request_queue_time_seconds", queue, requests, labels)}\
${histogram("vllm:request_prefill_time_seconds", prefill, requests, labels)}\
${histogram("vllm:request_time_per_output_token_seconds", tpot, requests, labels)}`;
  },
  sglang: (state: ServerState): string => {
    const { requests, queue = 0, ttft = 0, tpot = 0, running = 0, waiting = 0 } = state;
    const { kvCache = 0, hits = 0, lookups = 0 } = state;
    const labels = '{engine_type="unified",model_name="m",pp_rank="0",tp_rank="0"}';
    return `\
# HELP sglang:prompt_tokens_total Number of prefill tokens processed.
# TYPE sglang:prompt_tokens_total counter
sglang:prompt_tokens_total${labels} ${lookups}
sglang:cached_tokens_total{cache_source="device",model_name="m"} ${hits}
sglang:token_usage${labels} ${kvCache}
sglang:cache_hit_rate${labels} 0.0
sglang:num_running_reqs${labels} ${running}
sglang:num_queue_reqs${labels} ${waiting}
${histogram("sglang:time_to_first_token_seconds", ttft, requests, labels)}\
${histogram("sglang:inter_token_latency_seconds", tpot, requests, labels)}\
${histogram("sglang:queue_time_seconds", queue, requests, labels)}`;
  },
  llamacpp: ({
    prefill = 0,
    tpot = 0,
    requests,
    tokens = requests,
    running = 0,
    waiting = 0,
  }: ServerState): string => `\
# HELP llamacpp:prompt_tokens_total Number of prompt tokens processed.
# TYPE llamacpp:prompt_tokens_total counter
llamacpp:prompt_tokens_total ${requests * 10}
# HELP llamacpp:prompt_seconds_total Prompt process time
# TYPE llamacpp:prompt_seconds_total counter
llamacpp:prompt_seconds_total ${prefill}
# HELP llamacpp:tokens_predicted_total Number of generation tokens processed.
# TYPE llamacpp:tokens_predicted_total counter
llamacpp:tokens_predicted_total ${tokens}
# HELP llamacpp:tokens_predicted_seconds_total Predict process time
# TYPE llamacpp:tokens_predicted_seconds_total counter
llamacpp:tokens_predicted_seconds_total ${tpot}
# HELP llamacpp:prompt_tokens_seconds Average prompt throughput in tokens/s.
# TYPE llamacpp:prompt_tokens_seconds gauge
llamacpp:prompt_tokens_seconds nan
# HELP llamacpp:requests_processing Number of requests processing.
# TYPE llamacpp:requests_processing gauge
llamacpp:requests_processing ${running}
# HELP llamacpp:requests_deferred Number of requests deferred.
# TYPE llamacpp:requests_deferred gauge
llamacpp:requests_deferred ${waiting}
`,
  tgi: ({ requests, queue = 0, tpot = 0, running = 0, waiting = 0 }: ServerState): string => `\
# TYPE tgi_queue_size gauge
tgi_queue_size ${waiting}
# TYPE tgi_batch_current_size gauge
tgi_batch_current_size ${running}
# TYPE tgi_batch_inference_duration histogram
tgi_batch_inference_duration_bucket{method="prefill",le="+Inf"} 4
${histogram("tgi_request_queue_duration", queue, requests, "")}\
${histogram("tgi_request_mean_time_per_token_duration", tpot, requests, "")}`,
} as const;

function histogram(name: string, sum: number, count: number, labels: string): string {
  const bucket = labels === "" ? '{le="+Inf"}' : labels.replace("}", ',le="+Inf"}');
  return `\
# TYPE ${name} histogram
${name}_bucket${bucket} ${count}
${name}_sum${labels} ${sum}
${name}_count${labels} ${count}
`;
}
