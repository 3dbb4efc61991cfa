import { asObject, type JsonObject, parseJson } from "../../base/json.ts";
import type { Micros } from "../../base/time.ts";
import type { Arrival } from "../../chat/reading.ts";
import type { RequestRecord } from "../../measure/request_record.ts";
import type { ServerTimings } from "../../measure/server_side.ts";

/** Stands in events with the server's own times: `timings` of llama.cpp, `metrics` of vLLM. */
const TOLD = '_ms"';

/**
 * Takes what a server tells of one request out of its events: llama.cpp has `timings` in its last chunk, or in each; vLLM
 * `metrics`, where it was started with `--enable-per-request-metrics`. The last one counts.
 *
 * @see https://github.com/ggml-org/llama.cpp/blob/master/tools/server/README.md
 * @see https://docs.vllm.ai/en/stable/features/per_request_metrics/
 */
export class TimingsReader {
  #told: JsonObject | null = null;

  take(arrivals: readonly Arrival[]): void {
    for (const { data, value } of arrivals) {
      if (value !== undefined) this.#look(value, data);
      else if (data?.includes(TOLD)) this.#look(asObject(parseJson(data)), data);
    }
  }

  /** Of each event, in mid-run: most have neither. */
  #look(value: JsonObject | null, data: string | null): void {
    if (asObject(value?.["timings"]) === null && asObject(value?.["metrics"]) === null) return;
    if (data?.includes(TOLD)) this.#told = value;
  }

  /** `null`: it told nothing. */
  timings(): ServerTimings | null {
    return this.#told === null ? null : timingsIn(this.#told);
  }
}

/** A record with what its server told, where that is anything. */
export function withTimings(record: RequestRecord, reader: TimingsReader): RequestRecord {
  const server = reader.timings();
  return server === null ? record : { ...record, server };
}

function timingsIn({ timings, metrics }: JsonObject): ServerTimings | null {
  const [own, other] = [asObject(timings), asObject(metrics)];
  const found: ServerTimings = {
    queue: micros(other?.["queue_time_ms"]),
    prefill: micros(own?.["prompt_ms"] ?? other?.["time_to_first_token_ms"]),
    decode: micros(own?.["predicted_ms"] ?? other?.["generation_time_ms"]),
    cachedTokens: count(own?.["cache_n"]),
  };
  const isEmpty = Object.values(found).every((value) => value === null);
  return isEmpty ? null : found;
}

function micros(value: unknown): Micros | null {
  return typeof value === "number" && Number.isFinite(value) && value >= 0
    ? Math.round(value * 1000)
    : null;
}

function count(value: unknown): number | null {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : null;
}
