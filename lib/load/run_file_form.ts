import type { Failure, FailureKind, Outcome } from "../measure/outcome.ts";
import type { Bilingual } from "../base/message.ts";
import { asObject, type JsonObject } from "../base/json.ts";

/** Where a value is of another form than it should be, and what should be there. */
export interface FormProblem {
  /** As `requests[3].sent_us`; empty for the whole. */
  readonly place: string;
  readonly expected: Bilingual;
}

type Check = (value: unknown, place: string) => FormProblem | null;

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

const OBJECT: Bilingual = { en: "an object", zh: "对象" };

const isNumber = (value: unknown): boolean => typeof value === "number" && Number.isFinite(value);
const isText = (value: unknown): boolean => typeof value === "string";

const number = is({ en: "a number", zh: "数字" }, isNumber);
const count = is(
  { en: "a whole number", zh: "非负整数" },
  (value) => Number.isInteger(value) && Number(value) >= 0,
);
const boolean = is(
  { en: "true or false", zh: "true 或 false" },
  (value) => typeof value === "boolean",
);
const text = is({ en: "a text", zh: "文本" }, isText);
const anyObject = is(OBJECT, (value) => asObject(value) !== null);
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

const run = object({
  config: anyObject,
  environment: anyObject,
  asked: object({
    rate: orNull(number),
    cap: orNull(number),
    promptTokens: orNull(number),
    outputTokens: orNull(number),
    cache: oneOf(["unique", "reuse"]),
  }),
  instrument: object({
    loopLagP99: orNull(number),
    connections: oneOf(["warm", "cold"]),
    proxy: boolean,
    clockOffset: number,
  }),
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

function is(expected: Bilingual, holds: (value: unknown) => boolean): Check {
  return (value, place) => (holds(value) ? null : { place, expected });
}

function oneOf(values: readonly string[]): Check {
  return is(
    { en: `one of ${values.join(", ")}`, zh: `${values.join("、")} 之一` },
    (value) => isText(value) && values.includes(`${value}`),
  );
}

function orNull(check: Check): Check {
  return (value, place) => (value === null ? null : check(value, place));
}

/** The first problem of the last form, where none fits. */
function either(checks: readonly Check[]): Check {
  return (value, place) => {
    const problems = checks.map((check) => check(value, place));
    return problems.includes(null) ? null : (problems.at(-1) ?? null);
  };
}

function listOf(check: Check): Check {
  return (value, place) => {
    if (!Array.isArray(value)) return { place, expected: { en: "a list", zh: "列表" } };
    for (const [index, entry] of value.entries()) {
      const problem = check(entry, `${place}[${index}]`);
      if (problem !== null) return problem;
    }
    return null;
  };
}

/** Other fields may stand beside these. */
function object<Value = JsonObject>(fields: Readonly<Record<string & keyof Value, Check>>): Check {
  return (value, place) => {
    const given = asObject(value);
    if (given === null) return { place, expected: OBJECT };
    for (const [name, check] of Object.entries<Check>(fields)) {
      const found = Object.hasOwn(given, name) ? given[name] : undefined;
      const problem = check(found, place === "" ? name : `${place}.${name}`);
      if (problem !== null) return problem;
    }
    return null;
  };
}
