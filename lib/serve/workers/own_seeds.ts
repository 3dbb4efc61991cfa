import type { Fault } from "../../server/reply/fault.ts";
import type { SourcePlan } from "../sources.ts";
import type { ServingShare } from "./serving_messages.ts";

/** So far apart, neighbouring processes have no seed in common. */
const APART = 0x9e3779b1;

/** What one of several processes answers with: of a simulated model, other texts than the others. */
export function planOf({ source, worker }: Pick<ServingShare, "source" | "worker">): SourcePlan {
  if (source.kind === "transcripts") return source;
  const { seed } = source.options;
  return { ...source, options: { ...source.options, seed: seed ^ Math.imul(worker, APART) } };
}

/** The same faults, each of which strikes others than in the other processes. */
export function faultsOf({ faults, worker }: Pick<ServingShare, "faults" | "worker">): Fault[] {
  return faults.map((fault, index) => ({
    ...fault,
    seed: (fault.seed ?? index + 1) ^ Math.imul(worker, APART),
  }));
}
