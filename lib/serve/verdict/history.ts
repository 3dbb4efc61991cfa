import type { Micros } from "../../base/time.ts";
import { conversationText, isBare } from "./conversation.ts";
import type { SeenRequest } from "./seen.ts";

/** The requests of one client, in the order in which they came, put so that what follows a fault is found at once. */
export class History {
  readonly #same: ReadonlyMap<string, readonly SeenRequest[]>;
  readonly #goingOn: readonly SeenRequest[];

  constructor(requests: readonly SeenRequest[]) {
    this.#same = Map.groupBy(requests, conversationText);
    this.#goingOn = requests.filter((request) => !isBare(request));
  }

  /** The first request after a moment that holds the same conversation; `null` where there is none. */
  againAfter(moment: Micros, request: SeenRequest): SeenRequest | null {
    const same = this.#same.get(conversationText(request)) ?? [];
    return same.find(({ at }) => at > moment) ?? null;
  }

  /** The requests after a moment that hold anything of an answer. */
  goingOnAfter(moment: Micros): readonly SeenRequest[] {
    const first = this.#goingOn.findIndex(({ at }) => at > moment);
    return first === -1 ? [] : this.#goingOn.slice(first);
  }
}
