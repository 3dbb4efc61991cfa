import { EXIT } from "../../command/exit_code.ts";
import type { FaultEvidence, JudgedClient } from "./seen.ts";

/** How often each verdict was given, over all clients. */
export function verdictCounts(
  clients: readonly JudgedClient[],
): Record<FaultEvidence["verdict"], number> {
  const counts = { noticed: 0, missed: 0, unknown: 0 };
  for (const { faults } of clients) for (const { verdict } of faults) counts[verdict]++;
  return counts;
}

/**
 * 7 where a client did not notice something, or where nothing was noticed at all, as when no client came: a gate that is
 * open because nothing was tried is none. Else 0.
 */
export function verdictExitCode(clients: readonly JudgedClient[]): number {
  const { noticed, missed } = verdictCounts(clients);
  return missed === 0 && noticed > 0 ? EXIT.ok : EXIT.threshold;
}
