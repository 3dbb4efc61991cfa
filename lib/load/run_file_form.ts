import type { Failure, FailureKind, Outcome } from "../measure/outcome.ts";
import { asObject } from "../base/json.ts";
import {
  anyObject,
  boolean,
  count,
  either,
  type FormProblem,
  is,
  isNumber,
  isText,
  listOf,
  number,
  object,
  oneOf,
  optional,
  orNull,
  text,
} from "../base/form.ts";

const OUTCOMES: Readonly<Record<Outcome, true>> = {
  complete: true,
  truncated: true,
  failed: true,
  timed_out: true,
  interrupted: true,
};

const FAILURES: Readonly<Record<FailureKind, true>> = {
  interrupted: true,
  timeout: true,
  network: true,
  client: true,
  busy: true,
  status: true,
  endpoint: true,
  not_a_completion: true,
  truncated: true,
};

/** What lies outside the folder is not to be read because a file in it says so. */
const fileName = is(
  { en: "the name of a file", zh: "文件名" },
  (value) => isText(value) && !/[\\/]|^\.*$/.test(`${value}`),
);

const failure = object<Failure>({
  kind: oneOf(Object.keys(FAILURES)),
  status: orNull(number),
  code: orNull(text),
  message: text,
});

const request = object({
  index: count,
  file: orNull(fileName),
  scheduled_us: orNull(number),
  sent_us: number,
  ended_us: number,
  outcome: oneOf(Object.keys(OUTCOMES)),
  error: orNull(failure),
  kind: optional(text),
  pair: optional(oneOf(["cold", "warm"])),
  turn: optional(object({ conversation: count, number: count, of: count })),
});

const death = object({
  role: oneOf(["worker", "simulated"]),
  phase: oneOf(["warmup", "run"]),
  end: either([
    object({ kind: oneOf(["signal"]), signal: text }),
    object({ kind: oneOf(["exit"]), code: number }),
    object({ kind: oneOf(["error"]), message: text }),
    object({ kind: oneOf(["unreadable", "silent"]) }),
  ]),
  unknown: listOf(count),
  left: orNull(count),
});

const gauge = object({ mean: number, max: number });

const moment = object({
  at: number,
  running: orNull(number),
  waiting: orNull(number),
  kvCache: orNull(number),
  queue: orNull(number),
  prefill: orNull(number),
  prefixHits: orNull(number),
});

const run = object({
  config: anyObject,
  environment: anyObject,
  asked: object({
    rate: orNull(number),
    cap: orNull(number),
    promptTokens: orNull(number),
    outputTokens: orNull(number),
    cache: oneOf(["unique", "reuse", "shared", "pairs"]),
    cachedShare: optional(number),
    prompts: optional(count),
    tools: optional(count),
    depth: optional(object({ tokens: count, primed: orNull(number) })),
  }),
  instrument: object({
    loopLagP99: orNull(number),
    connections: oneOf(["warm", "cold", "closed"]),
    proxy: boolean,
    clockOffset: number,
  }),
  replayed: optional(
    object({
      requests: count,
      sessions: count,
      span: number,
      promptTokens: listOf(orNull(number)),
      outputTokens: listOf(orNull(number)),
    }),
  ),
  server: optional(
    object({
      engine: oneOf(["vllm", "sglang", "llamacpp", "tgi"]),
      url: text,
      reads: count,
      failedReads: count,
      problem: orNull(oneOf(["lost", "restarted"])),
      requests: orNull(number),
      queue: orNull(number),
      prefill: orNull(number),
      ttft: orNull(number),
      tpot: orNull(number),
      running: orNull(gauge),
      waiting: orNull(gauge),
      kvCache: orNull(gauge),
      prefixHits: orNull(number),
      overTime: optional(listOf(moment)),
    }),
  ),
  interrupted: boolean,
  unsent: count,
  deaths: listOf(death),
  stall: number,
  serviceLevel: orNull(
    is({ en: "limits in µs", zh: "以微秒为单位的限值" }, (value) =>
      Object.values(asObject(value) ?? { none: null }).every(isNumber),
    ),
  ),
  price: orNull(object({ input: number, output: number })),
  requests: listOf(request),
});

/**
 * The first place where a `run.json` is of another form than a run has; `null` when it is whole.
 *
 * @example
 * ```ts
 * runFileProblem({ config: [] }); // { place: "config", expected: { en: "an object", zh: "对象" } }
 * ```
 */
export function runFileProblem(value: unknown): FormProblem | null {
  return run(value, "");
}
