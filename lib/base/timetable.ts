import { setImmediate } from "node:timers";
import type { Clock } from "./clock.ts";
import type { Micros } from "./time.ts";

/** In milliseconds: a longer timer runs out at once. */
const LONGEST_TIMER = 0x7fffffff;

/** What is to happen once, at a moment. */
export interface Appointment {
  readonly moment: Micros;
  /** `null`: it was taken back. */
  action: (() => void) | null;
  /** Where it stands in the heap; -1: it does not any more. */
  place: number;
}

/**
 * Does things at their moments on a clock, with one timer for all: a thousand streams of fifty pieces a second wake it as
 * often as there are milliseconds, and not as often as there are pieces.
 *
 * What is due is done in the order of its moments, never before them, and up to a millisecond late, since timers count in
 * these. What is added meanwhile waits for the next turn of the event loop, also where it is due: so others get to read. An
 * action must not throw.
 *
 * @example
 * ```ts
 * const timetable = new Timetable(monotonicClock);
 * const appointment = timetable.at(monotonicClock() + 20_000, () => console.log("20 ms later"));
 * timetable.cancel(appointment);
 * ```
 */
export class Timetable {
  readonly #clock: Clock;
  /** A binary heap: none is due before the one that stands at half its place. */
  readonly #heap: Appointment[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** When it will look what is due. */
  #looksAt: Micros = Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Does this at a moment; where it has passed, in the next turn of the event loop. */
  at(moment: Micros, action: () => void): Appointment {
    const appointment: Appointment = { moment, action, place: this.#heap.length };
    this.#heap.push(appointment);
    this.#rise(appointment);
    if (moment < this.#looksAt) this.#lookAt(moment);
    return appointment;
  }

  /** Takes one back. Nothing happens where it is over. */
  cancel(appointment: Appointment): void {
    appointment.action = null;
    this.#remove(appointment);
    // A timer for nothing would keep the process.
    if (this.#heap.length === 0) this.#lookAt(Infinity);
  }

  #lookAt(moment: Micros): void {
    clearTimeout(this.#timer);
    this.#looksAt = moment;
    if (moment === Infinity) return;
    const milliseconds = Math.ceil((moment - this.#clock()) / 1000);
    if (milliseconds > 0) {
      this.#timer = setTimeout(this.#look, Math.min(milliseconds, LONGEST_TIMER));
    } else {
      this.#looksAt = -Infinity;
      setImmediate(this.#look);
    }
  }

  readonly #look = (): void => {
    this.#looksAt = -Infinity;
    const now = this.#clock();
    const due: Appointment[] = [];
    for (let first = this.#heap[0]; first !== undefined && first.moment <= now;) {
      due.push(first);
      this.#remove(first);
      first = this.#heap[0];
    }
    for (const { action } of due) action?.();
    this.#lookAt(this.#heap[0]?.moment ?? Infinity);
  };

  #remove(appointment: Appointment): void {
    const { place } = appointment;
    if (place === -1) return;
    appointment.place = -1;
    const last = this.#heap.pop();
    if (last === undefined || last === appointment) return;
    this.#put(last, place);
    this.#rise(last);
    this.#sink(last);
  }

  #put(appointment: Appointment, place: number): void {
    this.#heap[place] = appointment;
    appointment.place = place;
  }

  #rise(appointment: Appointment): void {
    while (appointment.place > 0) {
      const above = this.#heap[(appointment.place - 1) >> 1];
      if (above === undefined || above.moment <= appointment.moment) return;
      this.#swap(appointment, above);
    }
  }

  #sink(appointment: Appointment): void {
    for (;;) {
      const left = this.#heap[2 * appointment.place + 1];
      const right = this.#heap[2 * appointment.place + 2];
      const sooner =
        left !== undefined && right !== undefined && right.moment < left.moment ? right : left;
      if (sooner === undefined || appointment.moment <= sooner.moment) return;
      this.#swap(appointment, sooner);
    }
  }

  #swap(one: Appointment, other: Appointment): void {
    const { place } = one;
    this.#put(one, other.place);
    this.#put(other, place);
  }
}
