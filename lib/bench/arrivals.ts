import { UserError } from "../base/message.ts";
import { mutuallyExclusive, needs } from "../command/messages/arguments.ts";
import { readNumber } from "../command/flag_values.ts";
import type { Arrivals } from "../load/plan.ts";
import type { Ramp } from "../load/ramp.ts";
import type { BenchFlags } from "./flags.ts";

type LoadFlags = Pick<BenchFlags, "arrival" | "concurrency" | "ramp" | "rate">;

/** What ramps, and how; `null` where nothing does. Where it was not said, it is a rate if arrivals were spoken of. */
export function rampOf({
  ramp,
  arrival,
}: LoadFlags): (Ramp & { readonly of: "rate" | "concurrency" }) | null {
  if (ramp === undefined) return null;
  const of = ramp.of ?? (arrival === undefined ? "concurrency" : "rate");
  return { of, from: ramp.from, to: ramp.to, over: ramp.over * 1000 };
}

/** @throws {UserError} where arrivals are asked for that do not go together. */
export function checkArrivals(flags: LoadFlags): void {
  const ramp = rampOf(flags);
  if (flags.arrival !== undefined && flags.rate === undefined && ramp?.of !== "rate") {
    throw new UserError(needs("--arrival", "--rate"));
  }
  if (ramp?.of !== "concurrency") return;
  if (flags.concurrency !== undefined) {
    throw new UserError(mutuallyExclusive("--ramp", "--concurrency"));
  }
  for (const value of [ramp.from, ramp.to]) {
    readNumber({ flag: "--ramp", text: String(value) }, { integer: true, min: 1, max: 10_000 });
  }
}

/** How the requests of a run come. */
export function arrivalsOf(flags: LoadFlags, seed: number): Arrivals {
  const { concurrency, rate } = flags;
  const ramp = rampOf(flags);
  if (ramp?.of === "concurrency") {
    const { of: _, ...course } = ramp;
    return { kind: "closed", concurrency: Math.max(ramp.from, ramp.to), ramp: course };
  }
  const { process, burstiness } = flags.arrival ?? { process: "constant" };
  const open = {
    kind: "open",
    process,
    ...(burstiness === undefined ? undefined : { burstiness }),
    cap: concurrency ?? null,
    seed,
  } as const;
  if (ramp !== null) {
    const { of: _, ...course } = ramp;
    return { ...open, rate: (ramp.from + ramp.to) / 2, ramp: course };
  }
  return rate === undefined ? { kind: "closed", concurrency: concurrency ?? 1 } : { ...open, rate };
}
