import type { Failure, Outcome, Verdict } from "../measure/outcome.ts";
import type { TranscriptFile } from "../transcript/transcript_file.ts";

/** What became of a request. */
interface Fate {
  readonly outcome: Outcome;
  readonly failure: Failure | null;
}

/**
 * Why a file is not the stream that was recorded. `headless`: it does not begin as a recording does. `cut`: its closing
 * line is missing. `other`: it tells of another outcome than `run.json`.
 */
export type Damage =
  | { readonly kind: "headless" | "cut" }
  | { readonly kind: "other"; readonly found: Outcome; readonly told: Outcome };

/** A stream of a recorded run that is not as it was recorded. */
export class DamagedStreamError extends Error {
  /** Its name in the folder. */
  readonly file: string;
  readonly damage: Damage;

  constructor(file: string, damage: Damage) {
    super(`Cannot use stream "${file}": ${damage.kind}`);
    this.name = "DamagedStreamError";
    this.file = file;
    this.damage = damage;
  }
}

/**
 * What is wrong with a stream of a run, once it was read; `null` when it is as `run.json` tells. Every stream that was
 * kept ends with a closing line, also one that the endpoint cut, so a file that was cut is told from it. What was changed
 * inside of a file and changes no outcome cannot be told.
 *
 * @example
 * ```ts
 * const complete = { outcome: "complete", failure: null } as const;
 * damageOf({ header: null, closing: null }, { found: complete, told: complete }); // { kind: "headless" }
 * ```
 */
export function damageOf(
  { header, closing }: Pick<TranscriptFile, "header" | "closing">,
  { found, told }: { readonly found: Verdict; readonly told: Fate },
): Damage | null {
  if (header === null) return { kind: "headless" };
  if (closing === null) return { kind: "cut" };
  const isSame =
    found.outcome === told.outcome &&
    found.failure?.kind === told.failure?.kind &&
    found.failure?.status === told.failure?.status;
  return isSame ? null : { kind: "other", found: found.outcome, told: told.outcome };
}
