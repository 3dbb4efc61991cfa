import type { JsonObject } from "../base/json.ts";
import { TextTrace } from "../wire/text_trace.ts";
import { placeIn, Recent } from "./recent.ts";

/** An item of a response's output that has begun. */
export interface Item {
  /** By which its texts are remembered. */
  readonly number: number;
  /** Its place among the calls; `null` as long as it is none. */
  call: number | null;
  /** The name that its beginning gave, until its first text brings it in. */
  name: string | null;
  /** An event told of its beginning. */
  readonly isAnnounced: boolean;
  /** It has ended. */
  isDone: boolean;
}

/**
 * Finds the item that an event belongs to. Ids come first; an id that nobody has announced, such as those of gateways
 * that make one up for each event, counts less than the place in the output. llama.cpp gives no places, others no ids.
 */
export class ResponseItems {
  readonly #byId = new Recent<string | number, Item>();
  readonly #byIndex = new Recent<string | number, Item>();
  #latest: Item | null = null;
  #count = 0;

  /** An item begins. */
  begin(event: JsonObject, id: unknown): Item {
    const known = placeIn(id);
    const found = known === null ? undefined : this.#byId.get(known);
    return found ?? this.#add(known, placeIn(event["output_index"]), { isAnnounced: true });
  }

  /** The item that an event names; one that names none means the item that began last. */
  of(event: JsonObject, id: unknown = event["item_id"]): Item {
    const [known, index] = [placeIn(id), placeIn(event["output_index"])];
    const named = known === null ? undefined : this.#byId.get(known);
    if (named !== undefined) return named;
    const placed = index === null ? undefined : this.#byIndex.get(index);
    // Behind its end another id at its place is another item.
    if (placed !== undefined && !(placed.isDone && known !== null)) return placed;
    const latest = this.#latest;
    const isLatest =
      index === null &&
      latest !== null &&
      (known === null || (latest.isAnnounced && !latest.isDone));
    return isLatest ? latest : this.#add(known, index);
  }

  #add(
    id: string | number | null,
    index: string | number | null,
    { isAnnounced = false } = {},
  ): Item {
    const number = this.#count++;
    const item: Item = { number, call: null, name: null, isAnnounced, isDone: false };
    if (id !== null) this.#byId.set(id, item);
    if (index !== null) this.#byIndex.set(index, item);
    this.#latest = item;
    return item;
  }
}

/** A text, as far as it has come. */
interface ComingText {
  readonly trace: TextTrace;
  /** It was given whole, too. */
  isWhole: boolean;
}

/** Tells what a text that is given whole adds to what has come of it in deltas. */
export class ResponseTexts {
  readonly #texts = new Recent<string, ComingText>();
  /** The last one of each kind, for events whose ids fit to none. */
  readonly #last = new Map<string, ComingText>();

  /** A delta came. `kind`: one of a few. */
  add(kind: string, place: string, delta: string): void {
    const text = this.#texts.get(`${kind} ${place}`) ?? this.#begin(kind, place);
    text.trace.add(delta);
    this.#last.set(kind, text);
  }

  /** What a whole text adds: all of it where no delta came, and what the deltas lack at the end. */
  rest(kind: string, place: string, whole: string): string {
    const last = this.#last.get(kind);
    const isLast = last !== undefined && !last.isWhole && last.trace.begins(whole);
    const text =
      this.#texts.get(`${kind} ${place}`) ?? this.#begin(kind, place, isLast ? last : undefined);
    text.isWhole = true;
    const rest = text.trace.begins(whole) ? whole.slice(text.trace.length) : "";
    text.trace.add(rest);
    this.#last.set(kind, text);
    return rest;
  }

  #begin(
    kind: string,
    place: string,
    text: ComingText = { trace: new TextTrace(), isWhole: false },
  ): ComingText {
    this.#texts.set(`${kind} ${place}`, text);
    return text;
  }
}
