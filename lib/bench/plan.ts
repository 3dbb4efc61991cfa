import { type Arrivals, type LoadPlan, mostInFlight } from "../load/plan.ts";
import { workersFor } from "../load/executor.ts";
import { UserError } from "../base/message.ts";
import type { RunSide } from "../load/run_share.ts";
import type { BenchFlags } from "./flags.ts";
import { checkSides, isVersus, sidesOf, VERSUS_ROUNDS } from "./sides.ts";
import { samplingOf } from "../target/endpoint_flags.ts";
import { needs } from "../command/messages/arguments.ts";
import { severalChoicesRefused, tooManyWorkers } from "./messages.ts";
import { trafficArrivals } from "./traffic.ts";
import { readDefinitions } from "../report/definitions/as_flag.ts";
import type { Sampling } from "../protocols/protocol.ts";

/** One run of a session: its plan, its seed, and what it is called where there are several. */
export interface PlannedRun {
  readonly label: string | null;
  readonly plan: LoadPlan;
  /** Each run has its own: the prompts of one must not be in the cache for the next. */
  readonly seed: number;
  /** Of several targets, the one that is asked. */
  readonly side?: RunSide | undefined;
}

/** How long a step of a search sends, in ms: long enough for a queue that grows by 3 % to show. */
const STEP = 30_000;

/** A search begins before it is known how many streams it will come to; of more processes, some would idle. */
const MOST_SEARCH_WORKERS = 8;

/** Holds flags against each other that are right by themselves. @throws {UserError} for the first that clashes. */
export function checkBenchFlags(flags: BenchFlags): void {
  if (flags.arrival !== undefined && flags.rate === undefined) {
    throw new UserError(needs("--arrival", "--rate"));
  }
  if (flags.speed !== undefined && flags.replay === undefined) {
    throw new UserError(needs("--speed", "--replay"));
  }
  for (const [flag, value] of [
    ["--trace-lengths", flags.traceLengths],
    ["--trace-block", flags.traceBlock],
  ] as const) {
    if (value !== undefined && flags.replay === undefined) {
      throw new UserError(needs(flag, "--replay"));
    }
  }
  readDefinitions(flags.as);
  if (flags.findMax && flags.slo === undefined) throw new UserError(needs("--find-max", "--slo"));
  if (flags.force && flags.out === undefined && flags.record === undefined) {
    throw new UserError(needs("--force", "--out / --record"));
  }
  checkSides(flags);
  const choices = Object.fromEntries(flags.param ?? [])["n"];
  if (typeof choices === "number" && choices > 1) throw new UserError(severalChoicesRefused());
  if (flags.workers === undefined || isSearchOfConcurrency(flags)) return;
  const places = plannedRuns(flags).map(({ plan }) => mostInFlight(plan) ?? Infinity);
  const most = Math.max(...places);
  if (flags.workers > most) throw new UserError(tooManyWorkers(flags.workers, most));
}

/**
 * The runs that were asked for: one, one for each concurrency of a sweep, repetitions, or rounds over several targets. Every
 * other round goes backwards (A B B A A B …), so that what drifts meanwhile meets all of them alike; the runs of a round
 * have the same prompts and arrivals.
 */
export function plannedRuns(flags: BenchFlags): PlannedRun[] {
  const sides = sidesOf(flags);
  if (sides.length > 1) {
    const rounds = flags.repeat ?? (isVersus(flags) ? VERSUS_ROUNDS : 1);
    return Array.from({ length: rounds }, (_, round) => {
      const runs = sides.map(({ name }, index): PlannedRun => {
        const label = rounds === 1 ? name : `${name} ${round + 1}/${rounds}`;
        const side = { index, name: name ?? "", pair: round };
        return plannedRun(flags, { index: round, label, side });
      });
      return round % 2 === 0 ? runs : runs.toReversed();
    }).flat();
  }
  if (flags.sweep !== undefined) {
    return flags.sweep.map((concurrency, index) =>
      plannedRun({ ...flags, concurrency }, { index, label: `--concurrency ${concurrency}` }),
    );
  }
  const count = flags.repeat ?? 1;
  return Array.from({ length: count }, (_, index) =>
    plannedRun(flags, { index, label: count === 1 ? null : `${index + 1}/${count}` }),
  );
}

/** The first run that is asked for, whichever way. */
export function firstRun(flags: BenchFlags): PlannedRun {
  const value = flags.rate ?? flags.concurrency ?? 1;
  const [first] = flags.findMax ? [] : plannedRuns(flags);
  return first ?? searchStep(flags, { index: 0, value });
}

/** A step of a search: `value` is tried as the rate if there is one, else as the concurrency. */
export function searchStep(
  flags: BenchFlags,
  { index, value }: { readonly index: number; readonly value: number },
): PlannedRun {
  const length = flags.requests === undefined ? { duration: flags.duration ?? STEP } : {};
  const [name, tried] =
    flags.rate === undefined
      ? (["--concurrency", { concurrency: value }] as const)
      : (["--rate", { rate: value }] as const);
  const label = `${name} ${Number(value.toPrecision(4))}`;
  return plannedRun({ ...flags, ...length, ...tried }, { index, label });
}

/** Whether several runs are asked for, so that the results are a list also when only one came about. */
export function isSeries(flags: BenchFlags): boolean {
  const { sweep, findMax, repeat } = flags;
  const isOne = sweep === undefined && findMax !== true && repeat === undefined;
  return !isOne || sidesOf(flags).length > 1;
}

/**
 * How many worker processes the runs need; 0: this one does it. What costs this process time beside sending, as writing
 * results does, would show as lateness in the results: then at least one.
 */
export function processesFor(flags: BenchFlags, cores: number): number {
  if (flags.workers !== undefined) return flags.workers;
  if (flags.findMax) return Math.min(cores, MOST_SEARCH_WORKERS);
  const needed = plannedRuns(flags).map(({ plan }) => workersFor(plan, cores));
  return Math.max(flags.out === undefined ? 0 : 1, ...needed);
}

/** How every answer is made: `--synthetic` sets its length, exactly where the provider lets it. */
export function benchSampling(flags: Omit<BenchFlags, "api">): Sampling {
  return { ...samplingOf(flags), exactTokens: flags.synthetic?.out };
}

function isSearchOfConcurrency({ findMax, rate }: BenchFlags): boolean {
  return findMax === true && rate === undefined;
}

function plannedRun(
  flags: BenchFlags,
  { index, ...named }: { readonly index: number } & Pick<PlannedRun, "label" | "side">,
): PlannedRun {
  const seed = (flags.planSeed ?? 1) + index;
  const { concurrency, rate, requests, duration, drain = 30_000, arrival = "constant" } = flags;
  const recorded = flags.replay === undefined ? null : trafficArrivals(flags, { seed });
  const arrivals: Arrivals =
    recorded ??
    (rate === undefined
      ? { kind: "closed", concurrency: concurrency ?? 1 }
      : { kind: "open", rate, process: arrival, cap: concurrency ?? null, seed });
  const all = recorded?.requests.length ?? Math.max(20, 4 * (concurrency ?? 1));
  const until =
    duration === undefined ? { requests: requests ?? all } : { duration: duration * 1000 };
  const warmup = flags.cold ? 0 : (flags.warmup ?? concurrency ?? 1);
  return { ...named, seed, plan: { arrivals, until, warmup, drain: drain * 1000 } };
}
