import { type Distribution, distributionOf, ExactCounts } from "./distribution.ts";
import type { Micros } from "../base/time.ts";

/** When each stamped delta of a request was sent and arrived, in µs on the shared clock. Plain data. */
export interface StampedRequest {
  /** When the request was handed to `fetch`. */
  readonly asked: Micros;
  readonly sentAt: readonly Micros[];
  readonly arrivedAt: readonly Micros[];
}

/** The client's own error in one metric. Times in µs. */
export interface MetricError {
  /** What the endpoint knows it did, and what the client measured. */
  readonly actual: Distribution;
  readonly measured: Distribution;
  /** Measured − actual of the percentile, absolute and as a share; `null` where a percentile is. */
  readonly bias: Readonly<
    Record<"p50" | "p99", { readonly time: Micros; readonly share: number } | null>
  >;
  /** Of every single sample, without its sign. */
  readonly error: Distribution;
}

/** How wrong the client itself is. */
export interface Calibration {
  /** How far, in µs, the endpoint's clock was ahead of ours, where that was corrected; else 0. */
  readonly clockOffset: Micros;
  readonly ttft: MetricError;
  readonly itl: MetricError;
}

/**
 * Compares what the client measured with what the endpoint's stamps say, over all requests of a run.
 *
 * Both clocks are the machine's; a stamp is taken when the bytes are handed to the socket, so the way through the
 * kernel counts as the client's error: it cannot be told apart from here. `clockOffset`: how far the clock of the stamps
 * is ahead of ours.
 */
export function calibrate(
  requests: readonly StampedRequest[],
  { clockOffset = 0 }: { readonly clockOffset?: Micros } = {},
): Calibration {
  const ttft = new Errors();
  const itl = new Errors();
  for (const { asked, sentAt, arrivedAt } of requests) {
    for (const [index, sent] of sentAt.entries()) {
      const arrived = arrivedAt[index] as Micros;
      if (index === 0) ttft.add(sent - clockOffset - asked, arrived - asked);
      else
        itl.add(sent - (sentAt[index - 1] as Micros), arrived - (arrivedAt[index - 1] as Micros));
    }
  }
  return { clockOffset, ttft: ttft.sum(), itl: itl.sum() };
}

class Errors {
  readonly #actual = new ExactCounts();
  readonly #measured = new ExactCounts();
  readonly #errors: number[] = [];

  add(actual: Micros, measured: Micros): void {
    // Clocks of two processes agree to a few µs only.
    this.#actual.add(Math.max(0, actual));
    this.#measured.add(Math.max(0, measured));
    this.#errors.push(Math.abs(measured - actual));
  }

  sum(): MetricError {
    const actual = this.#actual.distribution();
    const measured = this.#measured.distribution();
    return {
      actual,
      measured,
      bias: { p50: bias(actual.p50, measured.p50), p99: bias(actual.p99, measured.p99) },
      error: distributionOf(this.#errors),
    };
  }
}

function bias(
  actual: number | null,
  measured: number | null,
): { time: Micros; share: number } | null {
  if (actual === null || measured === null || actual === 0) return null;
  return { time: measured - actual, share: (measured - actual) / actual };
}
