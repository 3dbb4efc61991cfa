import type { Ending } from "../../wire/ending.ts";
import type { ResponseHead } from "../../wire/exchange.ts";
import { asObject } from "../../base/json.ts";
import type { HttpRequest } from "../../wire/request.ts";
import type { TimedText } from "../../wire/piece.ts";
import { DeltaMask } from "./delta_mask.ts";
import { PieceMask } from "./piece_mask.ts";
import type { SecretMask } from "../../base/secret_mask.ts";

/**
 * What goes out and comes back in one exchange, without the secrets: whoever reads, shows or keeps it stands behind
 * this door and cannot give away what it does not know. Lengths and times stay.
 *
 * @example
 * ```ts
 * const mask = new ResponseMask(SecretMask.of(request.key));
 * mask.push({ text: "Incorrect API key: sk-…", at: 1 });
 * ```
 */
export class ResponseMask {
  readonly #secrets: SecretMask;
  readonly #pieces: PieceMask;
  readonly #deltas: DeltaMask | null;

  /** `deltas: false`: nobody shows or keeps the texts of deltas, so nobody can put their parts together. */
  constructor(secrets: SecretMask, { deltas = true }: { readonly deltas?: boolean } = {}) {
    this.#secrets = secrets;
    this.#pieces = new PieceMask(secrets);
    this.#deltas = deltas ? new DeltaMask(secrets) : null;
  }

  /** There is nothing to hide: what is pushed comes back as it is. */
  get isEmpty(): boolean {
    return this.#secrets.isEmpty;
  }

  /** The request as it may be kept: it has no key any more. */
  request(request: HttpRequest): HttpRequest {
    return {
      ...request,
      url: this.#secrets.text(request.url),
      headers: Object.fromEntries(this.#headers(Object.entries(request.headers))),
      body: asObject(this.#secrets.json(request.body)),
      key: null,
    };
  }

  head(head: ResponseHead): ResponseHead {
    if (this.#secrets.isEmpty) return head;
    const headers = new Headers();
    for (const [name, value] of this.#headers(head.headers)) headers.append(name, value);
    return { ...head, headers };
  }

  /** Takes the next piece and returns those that are safe now. */
  push(piece: TimedText): TimedText[] {
    const pieces = this.#pieces.push(piece);
    return this.#deltas === null ? pieces : this.#deltas.push(pieces);
  }

  /** The body has ended: what was held back. */
  end(): TimedText[] {
    const pieces = this.#pieces.end();
    if (this.#deltas === null) return pieces;
    return [...this.#deltas.push(pieces), ...this.#deltas.end()];
  }

  ending(ending: Ending): Ending {
    return "message" in ending
      ? { ...ending, message: this.#secrets.text(ending.message) }
      : ending;
  }

  #headers(headers: Iterable<readonly [string, string]>): (readonly [string, string])[] {
    return Array.from(headers, ([name, value]) => [name, this.#secrets.text(value)] as const);
  }
}
