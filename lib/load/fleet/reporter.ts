import type { RequestRecord } from "../../measure/request_record.ts";
import { LoopLag } from "../loop_lag.ts";
import type { RunObserver } from "../run_share.ts";
import type { SeatNews } from "./orders.ts";

/** In ms: what happens meanwhile is told together. */
const TELL_EVERY = 500;

/** Collects what the processes of a worker do in a run, and tells it twice a second. */
export class Reporter implements RunObserver, Disposable {
  readonly #run: number;
  readonly #tell: (news: SeatNews) => void;
  readonly #timer: ReturnType<typeof setInterval>;
  #lag = new LoopLag();
  #begun: number[] = [];
  #ended: RequestRecord[] = [];
  #deltas = 0;
  #inFlight = 0;

  constructor(run: number, tell: (news: SeatNews) => void) {
    this.#run = run;
    this.#tell = tell;
    this.#lag.start();
    this.#timer = setInterval(() => this.tell(), TELL_EVERY);
  }

  readonly sent = (index: number): void => {
    this.#begun.push(index);
    this.#inFlight++;
  };

  readonly deltas = (count: number): void => void (this.#deltas += count);

  readonly ended = (record: RequestRecord): void => {
    this.#ended.push(record);
    this.#inFlight--;
  };

  readonly lost = (count: number): void => void (this.#inFlight -= count);

  /** Also when nothing has happened: it shows that somebody is there. */
  tell(): void {
    const [begun, ended, deltas] = [this.#begun, this.#ended, this.#deltas];
    this.#begun = [];
    this.#ended = [];
    this.#deltas = 0;
    const lag = this.#lag.counts.distribution().max ?? 0;
    this.#lag.stop();
    this.#lag = new LoopLag();
    this.#lag.start();
    const look = { inFlight: this.#inFlight, lag };
    this.#tell({ kind: "progress", run: this.#run, begun, ended, deltas, look });
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    this.#lag.stop();
  }
}
