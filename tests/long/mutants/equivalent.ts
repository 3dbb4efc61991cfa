import type { Mutant } from "./find.ts";

/** A change that no test can notice, or that none should. */
export interface Equivalent {
  readonly file: string;
  /** The line, without what indents it. */
  readonly code: string;
  readonly before: string;
  readonly after: string;
  readonly reason: string;
}

/** The changes that are known to change nothing, each with why. */
export const EQUIVALENT: readonly Equivalent[] = [];

/** Why no test has to notice it; `null` where one has to. */
export function reasonFor({ file, code, before, after }: Mutant): string | null {
  const known = EQUIVALENT.find(
    (one) => one.file === file && one.code === code && one.before === before && one.after === after,
  );
  return known?.reason ?? null;
}
