import { decodeGaps } from "../gap_code.ts";
import type { Kind, PageRun, RequestColumns } from "../page_data.ts";

/** The marks of a request: when each delta came, in µs since it was sent, and of what kind it is. */
export interface Marks {
  readonly at: Float64Array;
  readonly kinds: readonly Kind[] | null;
}

/** A run as the charts read it: what the page holds, unpacked where it is needed. */
export class RunView {
  readonly run: PageRun;
  readonly requests: RequestColumns;
  readonly count: number;
  readonly hasKinds: boolean;
  #gaps: Float64Array | null = null;
  readonly #starts: Float64Array;

  constructor(run: PageRun) {
    this.run = run;
    this.requests = run.requests;
    this.count = run.requests.sent.length;
    this.hasKinds = run.requests.kinds.some((kinds) => kinds !== null);
    this.#starts = new Float64Array(this.count + 1);
    for (const [row, kept] of run.requests.kept.entries()) {
      this.#starts[row + 1] = (this.#starts[row] ?? 0) + Math.max(0, kept);
    }
  }

  /** The gaps of a request, in µs; `null` when they are not on the page. */
  gaps(row: number): Float64Array | null {
    if ((this.requests.kept[row] ?? -1) < 0) return null;
    this.#gaps ??= decodeGaps(this.requests.gaps);
    return this.#gaps.subarray(this.#starts[row], this.#starts[row + 1]);
  }

  /** `null` where the request has none, or they are not on the page. */
  marks(row: number): Marks | null {
    const gaps = this.gaps(row);
    const first = this.requests.ttft[row] ?? null;
    if (gaps === null || first === null) return null;
    const at = new Float64Array(gaps.length + 1);
    at[0] = first;
    for (const [index, gap] of gaps.entries()) at[index + 1] = (at[index] ?? 0) + gap;
    return { at, kinds: kindsOf(this.requests.kinds[row] ?? null) };
  }
}

/**
 * The kinds of deltas, one by one.
 *
 * @example
 * ```ts
 * kindsOf("r2a1"); // ["r", "r", "a"]
 * ```
 */
export function kindsOf(runs: string | null): Kind[] | null {
  if (runs === null) return null;
  return [...runs.matchAll(/([ratu])(\d+)/g)].flatMap(([, kind, times]) =>
    Array.from({ length: Number(times) }, () => kind as Kind),
  );
}
