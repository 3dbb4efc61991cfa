import { type LoadPlan, mostInFlight } from "../load/plan.ts";
import { workersFor } from "../load/executor.ts";
import { UserError } from "../base/message.ts";
import type { Conversations } from "../load/conversations.ts";
import type { RunSide } from "../load/run_share.ts";
import { arrivalsOf, checkArrivals, rampOf } from "./arrivals.ts";
import { checkCache } from "./cache_use.ts";
import type { BenchFlags } from "./flags.ts";
import { checkSides, isVersus, sidesOf, VERSUS_ROUNDS } from "./sides.ts";
import { samplingOf } from "../target/endpoint_flags.ts";
import { mutuallyExclusive, needs } from "../command/messages/arguments.ts";
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
  /** So many tokens stand before each prompt. */
  readonly depth?: number | undefined;
  /** Of several targets, the one that is asked. */
  readonly side?: RunSide | undefined;
}

/** How long a step of a search sends, in ms: long enough for a queue that grows by 3 % to show. */
const STEP = 30_000;

/** A search begins before it is known how many streams it will come to; of more processes, some would idle. */
const MOST_SEARCH_WORKERS = 8;

/** Holds flags against each other that are right by themselves. @throws {UserError} for the first that clashes. */
export function checkBenchFlags(flags: BenchFlags): void {
  checkArrivals(flags);
  if (flags.think?.time !== undefined && flags.turns === undefined) {
    throw new UserError(needs("--think", "--turns"));
  }
  if (flags.turns !== undefined && rampOf(flags)?.of === "rate") {
    throw new UserError(mutuallyExclusive("--turns", "--ramp rate="));
  }
  checkCache(flags);
  if (flags.depth !== undefined && flags.synthetic === undefined) {
    throw new UserError(needs("--depth", "--synthetic"));
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
  for (const [flag, value] of [
    ["--workers-min", flags.workersMin],
    ["--wait", flags.wait],
    ["--collect", flags.collect],
  ] as const) {
    if (value !== undefined && flags.fleet === undefined) {
      throw new UserError(needs(flag, "--fleet"));
    }
  }
  readDefinitions(flags.as);
  if (flags.findMax && flags.slo === undefined) throw new UserError(needs("--find-max", "--slo"));
  const kept = [flags.out, flags.record, flags.html];
  if (flags.force && kept.every((path) => path === undefined)) {
    throw new UserError(needs("--force", "--out / --record / --html"));
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
 * The runs that were asked for: one, one for each concurrency of a sweep or for each depth, repetitions, or rounds over several targets. Every
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
  if (flags.depth !== undefined) {
    return flags.depth.map((depth, index) =>
      plannedRun(flags, { index, label: `--depth ${depth}`, depth }),
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
  const { sweep, findMax, repeat, depth } = flags;
  const isOne = [sweep, repeat, depth].every((given) => given === undefined) && findMax !== true;
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

/** The most requests at a time in any of the runs; `null` where nobody knows: without a cap, and in a search. */
export function mostAtOnceIn(flags: BenchFlags): number | null {
  if (flags.findMax) return null;
  const places = plannedRuns(flags).map(({ plan }) => mostInFlight(plan));
  return places.includes(null) ? null : Math.max(...places.map((one) => one ?? 0));
}

/** As often as llama-bench measures. */
const REQUESTS_AT_DEPTH = 5;

/** How many requests a run has that nobody gave a length for: with conversations, two for each user. */
function requestsFor({ turns, depth }: BenchFlags, places: number): number {
  if (depth !== undefined) return REQUESTS_AT_DEPTH * places;
  return turns === undefined ? Math.max(20, 4 * places) : 2 * turns * places;
}

/** How users talk; `undefined` where each request stands by itself. */
export function conversationsOf({
  turns,
  think,
}: Pick<BenchFlags, "turns" | "think">): Conversations | undefined {
  if (turns === undefined) return undefined;
  const { time } = think ?? {};
  const times = time === undefined ? null : { from: time.from * 1000, to: time.to * 1000 };
  return { turns, think: times };
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
  { index, ...named }: { readonly index: number } & Pick<PlannedRun, "label" | "side" | "depth">,
): PlannedRun {
  const seed = (flags.planSeed ?? 1) + index;
  const { requests, duration, drain = 30_000 } = flags;
  const arrivals =
    flags.replay === undefined ? arrivalsOf(flags, seed) : trafficArrivals(flags, { seed });
  const places = mostInFlight({ arrivals }) ?? 1;
  const all = arrivals.kind === "recorded" ? arrivals.requests.length : requestsFor(flags, places);
  // A ramp that nobody gave a length for is what was to be seen.
  const length = duration ?? (requests === undefined ? flags.ramp?.over : undefined);
  const until = length === undefined ? { requests: requests ?? all } : { duration: length * 1000 };
  const warmup = flags.cold ? 0 : (flags.warmup ?? places);
  return { ...named, seed, plan: { arrivals, until, warmup, drain: drain * 1000 } };
}
