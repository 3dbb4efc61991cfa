import { seededRandom } from "../base/random.ts";
import type { RunSpec } from "./run_share.ts";

/** One of several kinds of requests in a run: what it has otherwise than the run. Plain data. */
export interface RequestKind extends Pick<RunSpec, "prompts"> {
  readonly name: string;
  /** How often it comes, against the others: 3 to 1 is the same as 0.75 to 0.25. */
  readonly share: number;
  readonly model: string;
  readonly sampling: RunSpec["sampling"];
  readonly parameters: RunSpec["parameters"];
  readonly images?: RunSpec["images"];
}

/**
 * The kind of the request at this place of a run: drawn by the shares, the same whichever process sends it.
 *
 * @example
 * ```ts
 * const [a, b] = [{ name: "a", share: 1 }, { name: "b", share: 0 }];
 * kindAt([a, b], { seed: 1, index: 7 })?.name; // "a"
 * ```
 */
export function kindAt<Kind extends Pick<RequestKind, "name" | "share">>(
  kinds: readonly Kind[],
  { seed, index }: { readonly seed: number; readonly index: number },
): Kind | undefined {
  const total = kinds.reduce((sum, { share }) => sum + share, 0);
  let left = total * seededRandom(seed ^ Math.imul(index + 1, 0x2545f491))();
  return kinds.find(({ share }) => (left -= share) < 0) ?? kinds.at(-1);
}

/** The run as the request at this place has it, and the name of its kind; the run itself where there are no kinds. */
export function specAt(
  spec: RunSpec,
  index: number,
): { readonly spec: RunSpec; readonly kind: string | undefined } {
  const kind = spec.mix === undefined ? undefined : kindAt(spec.mix, { seed: spec.seed, index });
  if (kind === undefined) return { spec, kind: undefined };
  const { name, share: _, ...own } = kind;
  return { spec: { ...spec, ...own, mix: undefined }, kind: name };
}
