import { seededRandom } from "../../../lib/base/random.ts";
import type { ProtocolName } from "../../../lib/protocols/protocol.ts";
import { type Fault, withFaults } from "../../../lib/server/reply/fault.ts";
import type { ReplySource } from "../../../lib/server/reply/reply.ts";
import type { SimulatedModel } from "../../../lib/server/reply/simulate.ts";
import { SimulatedSource } from "../../../lib/server/reply/simulated_source.ts";

/** 24 tokens in some 20 ms. Times are in µs where they have no other unit. */
const MODEL: SimulatedModel = {
  ttft: 2_000,
  tps: 1_500,
  tokens: 24,
  reasoning: 4,
  chunk: 1,
  jitter: 0.2,
};

/** A client waits so long for the next piece: µs. */
export const LONGEST_SILENCE = 2_000_000;

/**
 * Every fault at once, each with a seed of its own. A status comes last and takes the place of all others: a connection
 * that breaks behind a whole body would strike the request that comes next on it, too.
 */
export const FAULTS: readonly Fault[] = [
  { kind: "cut", after: { share: 0.5 }, share: 0.06, seed: 3 },
  { kind: "reset", after: { events: 5 }, share: 0.05, seed: 4 },
  { kind: "reset", after: null, share: 0.03, seed: 5 },
  { kind: "stall", after: { share: 0.3 }, for: 40_000, share: 0.08, seed: 6 },
  { kind: "stall", after: { events: 8 }, for: 4 * LONGEST_SILENCE, share: 0.005, seed: 7 },
  { kind: "slow-head", for: 60_000, share: 0.08, seed: 8 },
  { kind: "error-event", after: { events: 6 }, share: 0.05, seed: 9 },
  { kind: "no-done", share: 0.06, seed: 10 },
  { kind: "status", status: 429, headers: { "retry-after": "1" }, share: 0.06, seed: 1 },
  { kind: "status", status: 500, headers: {}, share: 0.03, seed: 2 },
];

/** A simulated model with faults. */
export function faultySource(faults: readonly Fault[]): ReplySource {
  return withFaults(new SimulatedSource(MODEL, { seed: 1 }), faults);
}

/** How many of so many requests each set of faults strikes; a set is the indexes of its faults. */
export function struckSets(requests: number): Map<string, number> {
  const draws = FAULTS.map(({ seed = 1 }) => seededRandom(seed));
  const counts = new Map<string, number>();
  for (let request = 0; request < requests; request++) {
    // Every fault draws for every request.
    const drawn = draws.map((random) => random());
    const set = FAULTS.flatMap(({ share = 1 }, index) =>
      (drawn[index] ?? 1) < share ? [index] : [],
    );
    const key = set.join(",");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return counts;
}

/** The faults of a set, each striking every request. */
export function faultsOf(set: string): Fault[] {
  const indexes = set === "" ? [] : set.split(",").map(Number);
  return indexes.flatMap((index) => {
    const fault = FAULTS[index];
    return fault === undefined ? [] : [{ ...fault, share: 1 }];
  });
}

/** What one fault alone comes to, in each protocol. A stream whose end is missing may have said before that it is whole. */
export const ALONE: readonly (string | Readonly<Record<ProtocolName, string>>)[] = [
  "truncated truncated",
  "truncated truncated",
  "failed network",
  "complete",
  "timed_out timeout",
  "complete",
  "failed endpoint",
  {
    chat: "complete",
    completions: "complete",
    responses: "truncated truncated",
    messages: "complete",
  },
  "failed busy",
  "failed busy",
];
