import { asArray, asObject, type JsonObject } from "../base/json.ts";
import {
  anyObject,
  boolean,
  count,
  type FormProblem,
  listOf,
  number,
  object,
  optional,
  orNull,
  text,
} from "../load/form.ts";
import type { Distribution } from "../measure/distribution.ts";
import { type SideRun, sideRun } from "../report/comparison/side.ts";

/** The form that `bench --out` writes. */
export const RESULT_SCHEMA = "streamgauge.bench/1";

const distribution = object({
  count,
  mean: orNull(number),
  p50: orNull(number),
  p90: orNull(number),
  p99: orNull(number),
});

const run = object({
  config: anyObject,
  environment: anyObject,
  duration_ms: number,
  side: optional(text),
  pair: optional(count),
  summary: object({
    ttft_ms: distribution,
    tpot_ms: distribution,
    e2e_ms: distribution,
    output_tokens_per_second: orNull(number),
    usage: object({ prompt_tokens: orNull(number), cached_tokens: orNull(number) }),
    outcomes: object({
      complete: count,
      truncated: count,
      failed: count,
      timed_out: count,
      interrupted: count,
    }),
  }),
  instrument: object({ client_limited: boolean }),
  warnings: listOf(object({ code: text })),
});

/** What a run was cut short by, as the warnings of its report say. */
const CUT_SHORT = new Set(["interrupted", "worker_died", "simulated_died"]);

/** A run of a result file, with what tells it from all others. */
export interface ResultRun {
  readonly run: SideRun;
  /** The same for one run, whether it is read from a result file or from its recording. */
  readonly identity: string;
  /** Of several targets that were asked in turn, the name of its own; `null` where there was one only. */
  readonly side: string | null;
}

/** The runs of a result: a list, or the one that stands in its root. `null`: they are no list. */
export function runsIn(result: JsonObject): readonly unknown[] | null {
  if (!Object.hasOwn(result, "runs")) return [result];
  return Array.isArray(result["runs"]) ? asArray(result["runs"]) : null;
}

/** The first place where a run is of another form than the results of `bench`; `null` when it is whole. */
export function resultRunProblem(value: unknown, place: string): FormProblem | null {
  return run(value, place);
}

/** A run that {@linkcode resultRunProblem} found whole. */
export function resultRun(value: unknown): ResultRun {
  const {
    config,
    environment,
    duration_ms,
    side = null,
    pair = null,
    summary,
    instrument,
    warnings,
  } = value as WrittenRun;
  const { prompt_tokens: prompt, cached_tokens: cached } = summary.usage;
  const window = Math.round(duration_ms * 1000);
  return {
    run: sideRun({
      config,
      environment,
      distributions: {
        ttft: inMicros(summary.ttft_ms),
        tpot: inMicros(summary.tpot_ms),
        e2e: inMicros(summary.e2e_ms),
        outputRate: summary.output_tokens_per_second,
      },
      outcomes: summary.outcomes,
      window,
      cachedShare: cached === null || !prompt ? null : cached / prompt,
      isClientLimited: instrument.client_limited,
      isCutShort: warnings.some(({ code }) => CUT_SHORT.has(code)),
      pair,
    }),
    identity: JSON.stringify([
      side,
      config["plan_seed"],
      window,
      summary.outcomes,
      summary.ttft_ms.p50,
    ]),
    side,
  };
}

interface WrittenRun {
  readonly config: JsonObject;
  readonly environment: JsonObject;
  readonly duration_ms: number;
  readonly side?: string;
  readonly pair?: number;
  readonly summary: {
    readonly ttft_ms: Distribution;
    readonly tpot_ms: Distribution;
    readonly e2e_ms: Distribution;
    readonly output_tokens_per_second: number | null;
    readonly usage: {
      readonly prompt_tokens: number | null;
      readonly cached_tokens: number | null;
    };
    readonly outcomes: Parameters<typeof sideRun>[0]["outcomes"];
  };
  readonly instrument: { readonly client_limited: boolean };
  readonly warnings: readonly { readonly code: string }[];
}

function inMicros(distribution: Distribution): Distribution {
  const entries = Object.entries(distribution).map(([name, value]: [string, number | null]) => [
    name,
    value === null || name === "count" ? value : value * 1000,
  ]);
  return Object.fromEntries(entries) as unknown as Distribution;
}

/** The schema that a value says it has; `null` when it says none. */
export function schemaOf(value: unknown): string | null {
  const schema = asObject(value)?.["schema"];
  return typeof schema === "string" ? schema : null;
}
