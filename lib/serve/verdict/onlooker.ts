import type { Clock } from "../../base/clock.ts";
import type { Micros } from "../../base/time.ts";
import type { AskedCompletion, CompletionWatch } from "../../server/http/local_endpoint.ts";
import type { SeenEnding, SeenRequest } from "./seen.ts";

type Mutable<Value> = { -readonly [Key in keyof Value]: Value[Key] };

/** Notes what clients ask, what went out to them, and when. */
export class Onlooker implements CompletionWatch {
  readonly #clock: Clock;
  readonly #seen: Mutable<SeenRequest>[] = [];
  #lastActivity: Micros;

  constructor({ clock }: { readonly clock: Clock }) {
    this.#clock = clock;
    this.#lastActivity = clock();
  }

  /** When a request last came, or something of an answer last went out. At first, when this was made. */
  get lastActivity(): Micros {
    return this.#lastActivity;
  }

  /** A request has come. */
  get hasSeen(): boolean {
    return this.#seen.length > 0;
  }

  asked({ api, body, userAgent, answer }: AskedCompletion): ReturnType<CompletionWatch["asked"]> {
    const sent: { bytes: Uint8Array; at: Micros }[] = [];
    const faults = answer.faults ?? [];
    const request: Mutable<SeenRequest> = {
      api,
      body,
      userAgent,
      at: this.#touch(),
      faults,
      sent,
      ending: null,
    };
    this.#seen.push(request);
    return {
      wrote: (bytes) => {
        const at = this.#touch();
        if (faults.length > 0) sent.push({ bytes, at });
      },
      ended: (kind: SeenEnding["kind"]) => {
        request.ending = { kind, at: this.#touch() };
      },
    };
  }

  /** What was seen so far, in the order in which it came. Later endings do not change it. */
  seen(): SeenRequest[] {
    return this.#seen.map((request) => ({ ...request, sent: [...request.sent] }));
  }

  #touch(): Micros {
    return (this.#lastActivity = this.#clock());
  }
}
