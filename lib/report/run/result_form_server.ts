import { asObject } from "../../base/json.ts";
import {
  type Check,
  count,
  listOf,
  number,
  object,
  oneOf,
  optional,
  orNull,
  text,
} from "../../base/form.ts";
import type { EngineName } from "../../measure/server_side.ts";
import type { ResultServerMetrics, ResultServerMoment } from "./result.ts";

const maybe = orNull(number);

const ENGINES: Readonly<Record<EngineName, true>> = {
  vllm: true,
  sglang: true,
  llamacpp: true,
  tgi: true,
};

const gauge = orNull(object({ mean: number, max: number }));

const moment = object<ResultServerMoment>({
  at_ms: number,
  running: maybe,
  waiting: maybe,
  kv_cache_usage: maybe,
  queue_ms: maybe,
  prefill_ms: maybe,
  prefix_cache_hit_share: maybe,
});

const metrics = object<ResultServerMetrics>({
  engine: oneOf(Object.keys(ENGINES)),
  url: text,
  reads: count,
  failed_reads: count,
  problem: orNull(oneOf(["lost", "restarted"])),
  requests: maybe,
  queue_ms: maybe,
  prefill_ms: maybe,
  ttft_ms: maybe,
  tpot_ms: maybe,
  running: gauge,
  waiting: gauge,
  kv_cache_usage: gauge,
  prefix_cache_hit_share: maybe,
  over_time: optional(listOf(moment)),
});

const parts = object({
  ttft_parts: orNull(
    object({ ttft_ms: number, queue_ms: maybe, prefill_ms: maybe, rest_ms: number }),
  ),
});

/** The server's side of a run: its metrics, where it has such, and the parts of the TTFT. */
export const serverForm: Check = (value, place) =>
  parts(value, place) ?? (asObject(value)?.["engine"] === undefined ? null : metrics(value, place));
