import type { RunSpec } from "../load/run_share.ts";
import { type Fitting, fittedBetween } from "./prompt_length.ts";
import type { BenchSession } from "./session.ts";

/** Off by more than this share, a prompt is fitted anew. */
const MISFIT = 0.01;

/**
 * The spec of a run at this depth: its prompts are of `asked` tokens behind `depth` others that all of them share, and that
 * the endpoint has read once, before. Where its count of that prompt is off by more than 1 %, it is fitted by that count.
 */
export async function atDepth(
  spec: RunSpec,
  {
    depth,
    asked,
    fitting,
    session,
  }: {
    readonly depth: number;
    readonly asked: number;
    readonly fitting: Fitting;
    readonly session: BenchSession;
  },
): Promise<RunSpec> {
  if (depth === 0) {
    const prompts = { kind: "synthetic", words: fitting(asked) } as const;
    return { ...spec, cache: "unique", prompts, depth: { tokens: 0, primed: null } };
  }
  const total = depth + asked;
  const fitted = sharing(spec, { depth, total, fitting });
  const [primed] = await session.prime(fitted);
  const counted = primed?.usage?.promptTokens ?? null;
  const known = { tokens: depth, primed: primed?.metrics.ttft ?? null };
  if (counted === null || Math.abs(counted - total) <= total * MISFIT) {
    return { ...fitted, depth: known };
  }
  const short = { words: fitting(asked), tokens: asked };
  const long = { words: fitting(total), tokens: counted };
  const refitted = sharing(spec, { depth, total, fitting: fittedBetween(short, long) });
  await session.prime(refitted);
  return { ...refitted, depth: known };
}

function sharing(
  spec: RunSpec,
  {
    depth,
    total,
    fitting,
  }: { readonly depth: number; readonly total: number; readonly fitting: Fitting },
): RunSpec {
  const shared = { words: fitting(depth), groups: 1 };
  return {
    ...spec,
    cache: "shared",
    prompts: { kind: "synthetic", words: fitting(total), shared },
  };
}
