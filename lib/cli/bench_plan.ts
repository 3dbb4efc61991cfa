import type { SyntheticLengths } from "./bench_flags.ts";
import type { benchFlags } from "./bench_flags.ts";
import { samplingParameters, type samplingFlags } from "./endpoint_flags.ts";
import type { FlagValues } from "./flag_types.ts";
import { UserError } from "../report/message.ts";
import { type Arrivals, type LoadPlan, mostInFlight } from "../load/plan.ts";
import { needs, severalChoicesRefused, tooManyWorkers } from "./messages/bench.ts";
import type { Provider } from "./providers.ts";

type BenchFlags = FlagValues<typeof benchFlags> & FlagValues<typeof samplingFlags>;

/** One run of a session: its plan, and what it is called where there are several. */
export interface PlannedRun {
  readonly label: string | null;
  readonly plan: LoadPlan;
}

/** Holds flags against each other that are right by themselves. @throws {UserError} for the first that clashes. */
export function checkBenchFlags(flags: BenchFlags): void {
  if (flags.arrival !== undefined && flags.rate === undefined) {
    throw new UserError(needs("--arrival", "--rate"));
  }
  if (flags.findMax && flags.slo === undefined) throw new UserError(needs("--find-max", "--slo"));
  if (flags.force && flags.out === undefined && flags.record === undefined) {
    throw new UserError(needs("--force", "--out / --record"));
  }
  const choices = (flags.param ?? []).find(([name]) => name === "n")?.[1];
  if (typeof choices === "number" && choices > 1) throw new UserError(severalChoicesRefused());
  const most = mostInFlight(planOf(flags));
  if (flags.workers !== undefined && most !== null && flags.workers > most) {
    throw new UserError(tooManyWorkers(flags.workers, most));
  }
}

/** The runs that were asked for: one, one for each concurrency of a sweep, or repetitions. */
export function plannedRuns(flags: BenchFlags): PlannedRun[] {
  if (flags.sweep !== undefined) {
    return flags.sweep.map((concurrency) => ({
      label: `--concurrency ${concurrency}`,
      plan: planOf({ ...flags, concurrency }),
    }));
  }
  const count = flags.repeat ?? 1;
  return Array.from({ length: count }, (_, index) => ({
    label: count === 1 ? null : `${index + 1}/${count}`,
    plan: planOf({ ...flags, planSeed: (flags.planSeed ?? 1) + index }),
  }));
}

/** The plan of one run. */
export function planOf(flags: BenchFlags): LoadPlan {
  const { concurrency, rate, requests, duration, drain = 30_000, planSeed: seed = 1 } = flags;
  const arrivals: Arrivals =
    rate === undefined
      ? { kind: "closed", concurrency: concurrency ?? 1 }
      : {
          kind: "open",
          rate,
          process: flags.arrival ?? "constant",
          cap: concurrency ?? null,
          seed,
        };
  const until =
    duration === undefined
      ? { requests: requests ?? Math.max(20, 4 * (concurrency ?? 1)) }
      : { duration: duration * 1000 };
  const places = mostInFlight({ arrivals, until, warmup: 0, drain: 0 }) ?? 1;
  const warmup = flags.cold ? 0 : (flags.warmup ?? places);
  return { arrivals, until, warmup, drain: drain * 1000 };
}

/** The body fields of every request: `--synthetic` sets the answer's length where the provider lets it. */
export function benchParameters(
  flags: BenchFlags,
  provider: Provider | null,
): Record<string, unknown> {
  const maxTokensField = provider?.maxTokensField;
  const lengths: SyntheticLengths | undefined = flags.synthetic;
  const sampling = samplingParameters(
    lengths === undefined ? flags : { ...flags, maxTokens: flags.maxTokens ?? lengths.out },
    { maxTokensField },
  );
  if (lengths === undefined) return sampling;
  return {
    ...(provider?.minTokensField === undefined
      ? undefined
      : { [provider.minTokensField]: lengths.out }),
    ...(provider?.ignoreEosField === undefined ? undefined : { [provider.ignoreEosField]: true }),
    ...sampling,
  };
}
