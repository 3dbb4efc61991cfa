import type { ServerResponse } from "node:http";
import { monotonicClock as clock } from "../../base/clock.ts";
import type { Micros } from "../../base/time.ts";
import { type Appointment, Timetable } from "../../base/timetable.ts";
import type { Reply, ReplyEnd } from "../reply/reply.ts";
import { sendHead } from "./head.ts";
import { HALF_TICK, type Step, stepsOf } from "./play.ts";

/** What went out. `gone`: the client left, or the server was closed, before the end. */
export interface Played {
  readonly pieces: number;
  readonly bytes: number;
  readonly ended: ReplyEnd["kind"] | "gone";
}

/** How an answer is played to a client. */
export interface PlayResponseOptions {
  /** Aborted when nobody is there any more: playing stops, without a last step. */
  readonly signal: AbortSignal;
  /** When the request was there, on the monotonic clock: its times count from then. Default: now. */
  readonly began?: Micros | undefined;
  /** Given each piece at its time; what it returns goes out. Default: the piece itself. */
  readonly onWrite?: (bytes: Uint8Array) => Uint8Array;
}

/**
 * How long a client gets to read what it has before the connection breaks, in µs. A reset throws away what was not
 * read, and Bun's `fetch` does so at any break.
 */
const GRACE: Micros = 20_000;

/** Of all answers that are under way. */
const timetable = new Timetable(clock);

/**
 * Plays an answer to a client. Each piece is written on its own, so that a client can read it on its own, and waits
 * until a slow client has taken the one before. Every time is counted from the request, not from the step before.
 *
 * @example
 * ```ts
 * const { pieces, ended } = await playResponse(response, jsonReply({}), { signal });
 * ```
 */
export function playResponse(
  response: ServerResponse,
  answer: Reply,
  options: PlayResponseOptions,
): Promise<Played> {
  return new Promise((resolve, reject) => {
    new Player(response, answer, { ...options, resolve, reject }).goOn();
  });
}

interface PlayerOptions extends PlayResponseOptions {
  readonly resolve: (played: Played) => void;
  readonly reject: (error: unknown) => void;
}

/** One answer on its way. It is called when it can go on: a piece costs neither a promise nor a timer of its own. */
class Player {
  readonly #response: ServerResponse;
  readonly #options: PlayerOptions;
  readonly #steps: Generator<Step, void>;
  readonly #began: Micros;
  /** What comes next; `null`: that is not known yet. */
  #step: Step | null = null;
  #appointment: Appointment | null = null;
  #pieces = 0;
  #bytes = 0;
  #isOver = false;
  /** What becomes of it when nobody is there any more. */
  #leave = (): void => this.#settle("gone");
  readonly #onAbort = (): void => this.#leave();
  readonly #onDrain = (): void => this.#comeBack(clock());

  constructor(response: ServerResponse, answer: Reply, options: PlayerOptions) {
    this.#response = response;
    this.#options = options;
    this.#began = options.began ?? clock();
    this.#steps = stepsOf(answer);
    options.signal.addEventListener("abort", this.#onAbort);
  }

  /** Does what is due, and comes back for what is not. */
  readonly goOn = (): void => {
    if (this.#options.signal.aborted) this.#leave();
    try {
      for (let hasWritten = false; !this.#isOver;) {
        const step = (this.#step ??= this.#steps.next().value ?? null);
        if (step === null) return;
        const moment = this.#began + step.at - HALF_TICK;
        // Two writes in one turn become one packet.
        const isTogether = hasWritten && step.kind === "bytes";
        if (moment > clock() || isTogether) return this.#comeBack(moment);
        this.#step = null;
        if (step.kind === "head") sendHead(this.#response, step.head);
        else if (step.kind !== "bytes") return this.#end(step.kind);
        else if (this.#write(step.bytes)) hasWritten = true;
        else return void this.#response.once("drain", this.#onDrain);
      }
    } catch (error) {
      this.#release();
      this.#options.reject(error);
    }
  };

  #comeBack(moment: Micros): void {
    if (!this.#isOver) this.#appointment = timetable.at(moment, this.goOn);
  }

  /** Whether the client takes more. */
  #write(bytes: Uint8Array): boolean {
    const { onWrite = (same) => same } = this.#options;
    this.#pieces++;
    this.#bytes += bytes.length;
    return this.#response.write(onWrite(bytes));
  }

  #end(kind: ReplyEnd["kind"]): void {
    const { socket, headersSent } = this.#response;
    if (kind === "end") {
      this.#response.end();
      return this.#settle(kind);
    }
    this.#leave = () => {
      // Cut, the connection ends in order, without the end of the body.
      if (kind === "cut") socket?.end();
      else socket?.resetAndDestroy();
      this.#settle(kind);
    };
    if (headersSent) this.#appointment = timetable.at(clock() + GRACE, this.#onAbort);
    else this.#leave();
  }

  #settle(ended: Played["ended"]): void {
    if (this.#isOver) return;
    this.#release();
    this.#options.resolve({ pieces: this.#pieces, bytes: this.#bytes, ended });
  }

  #release(): void {
    this.#isOver = true;
    this.#options.signal.removeEventListener("abort", this.#onAbort);
    this.#response.off("drain", this.#onDrain);
    if (this.#appointment !== null) timetable.cancel(this.#appointment);
    this.#steps.return();
  }
}
