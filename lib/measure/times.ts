import type { Micros } from "../base/time.ts";

/** So many fit before there has to be more room. */
const FIRST_ROOM = 32;
/** Stands for `null` among whole numbers; a time as large as this is kept in eight bytes. */
const NO_TIME = 0xffff_ffff;

/**
 * Times as they come, exactly: four bytes for each, as long as they are whole microseconds of the first 71 minutes, from
 * then on eight. Of no concern to the garbage collector, which an array of millions is.
 *
 * @example
 * ```ts
 * const times = new Times();
 * times.add(183_402);
 * times.add(null);
 * times.all(); // [183402, null]
 * ```
 */
export class Times {
  #values: Uint32Array | Float64Array = new Uint32Array(FIRST_ROOM);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  /** `null`: it has none. */
  add(at: Micros | null): void {
    if (this.#length === this.#values.length) this.#makeRoom();
    if (this.#values instanceof Float64Array) this.#values[this.#length] = at ?? NaN;
    else if (at === null) this.#values[this.#length] = NO_TIME;
    else if (at >>> 0 === at && at !== NO_TIME) this.#values[this.#length] = at;
    else {
      this.#widen();
      this.#values[this.#length] = at;
    }
    this.#length++;
  }

  /** All of them, in order. */
  all(): (Micros | null)[] {
    const values = this.#values;
    const isWide = values instanceof Float64Array;
    const all: (Micros | null)[] = zeros(this.#length);
    for (let place = 0; place < all.length; place++) {
      const at = values[place] as Micros;
      all[place] = (isWide ? Number.isNaN(at) : at === NO_TIME) ? null : at;
    }
    return all;
  }

  #makeRoom(): void {
    const held = this.#values;
    const room = held instanceof Float64Array ? Float64Array : Uint32Array;
    this.#values = new room(2 * held.length);
    this.#values.set(held);
  }

  #widen(): void {
    const wide = Float64Array.from(this.#values);
    for (const [place, at] of this.#values.entries()) if (at === NO_TIME) wide[place] = NaN;
    this.#values = wide;
  }
}

/** An array of so many zeros, to be overwritten: it has all of its room at once. Growing, it takes twice as much for a while. */
export function zeros(count: number): number[] {
  // oxlint-disable-next-line unicorn/no-new-array -- what it proposes grows
  return new Array<number>(count).fill(0);
}
