import type { Arrival } from "../chat/reading.ts";
import type { StampedRequest } from "../measure/calibration.ts";
import type { Micros } from "../base/time.ts";

const STAMP = /"streamgauge":\{"sent_us":(\d+)\}/;

/** Takes the stamps out of one request's deltas as they arrive. */
export class StampReader {
  readonly #sentAt: Micros[] = [];
  readonly #arrivedAt: Micros[] = [];

  take(arrivals: readonly Arrival[]): void {
    for (const { at, data, deltas } of arrivals) {
      const stamp = deltas > 0 ? STAMP.exec(data ?? "") : null;
      if (stamp === null || at === null) continue;
      this.#sentAt.push(Number(stamp[1]));
      this.#arrivedAt.push(at);
    }
  }

  /** `asked`: when the request was handed to `fetch`; arrivals count from there. */
  stamps(asked: Micros): StampedRequest {
    return { asked, sentAt: this.#sentAt, arrivedAt: this.#arrivedAt.map((at) => asked + at) };
  }
}
