import type { FinishedRun } from "../../measure/finished_run.ts";
import type { ServerMoment } from "../../measure/server_over_time.ts";
import {
  type Gauge,
  type ServerSide,
  type ServerTimings,
  ttftParts,
} from "../../measure/server_side.ts";
import { toMilliseconds } from "../../text/units.ts";

/**
 * What the server says of a run, for the key `server`: means in ms; `null` for what it does not say. `ttft_parts` is the mean
 * TTFT of here: its queue and prefill by the server, and `rest_ms`. `undefined` where nothing is known of the server.
 */
export function serverJson({ records, server }: FinishedRun): Record<string, unknown> | undefined {
  const parts = ttftParts(records, { server });
  if (parts === null && server === undefined) return undefined;
  return {
    ...(server === undefined ? undefined : metricsJson(server)),
    ttft_parts:
      parts === null
        ? null
        : {
            ttft_ms: toMilliseconds(parts.ttft),
            queue_ms: toMilliseconds(parts.queue),
            prefill_ms: toMilliseconds(parts.prefill),
            rest_ms: toMilliseconds(parts.rest),
          },
  };
}

function metricsJson(server: ServerSide): Record<string, unknown> {
  return {
    engine: server.engine,
    url: server.url,
    reads: server.reads,
    failed_reads: server.failedReads,
    problem: server.problem,
    requests: server.requests,
    queue_ms: toMilliseconds(server.queue),
    prefill_ms: toMilliseconds(server.prefill),
    ttft_ms: toMilliseconds(server.ttft),
    tpot_ms: toMilliseconds(server.tpot),
    running: gaugeJson(server.running),
    waiting: gaugeJson(server.waiting),
    kv_cache_usage: gaugeJson(server.kvCache),
    prefix_cache_hit_share: server.prefixHits,
    ...(server.overTime === undefined ? undefined : { over_time: server.overTime.map(momentJson) }),
  };
}

function momentJson(moment: ServerMoment): Record<string, number | null> {
  return {
    at_ms: toMilliseconds(moment.at),
    running: moment.running,
    waiting: moment.waiting,
    kv_cache_usage: moment.kvCache,
    queue_ms: toMilliseconds(moment.queue),
    prefill_ms: toMilliseconds(moment.prefill),
    prefix_cache_hit_share: moment.prefixHits,
  };
}

function gaugeJson(gauge: Gauge | null): Record<string, number> | null {
  return gauge === null ? null : { mean: gauge.mean, max: gauge.max };
}

/** What the server told of one request in its stream. */
export function timingsJson(timings: ServerTimings): Record<string, number | null> {
  return {
    queue_ms: toMilliseconds(timings.queue),
    prefill_ms: toMilliseconds(timings.prefill),
    decode_ms: toMilliseconds(timings.decode),
    cached_tokens: timings.cachedTokens,
  };
}
