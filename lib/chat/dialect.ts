import type { JsonObject } from "../base/json.ts";
import type { Protocol, ProtocolReader, UsageCache } from "../protocols/protocol.ts";
import { DEFAULT_PROTOCOL, protocolOf } from "../protocols/protocols.ts";
import type { CompletionChunk } from "../wire/completion.ts";

/**
 * Reads the objects of one completion in the protocol that was asked, and, where nobody knows which that was, in the one
 * that its first object tells. What comes in another protocol than was asked is read as what it is, and told.
 */
export class Dialect {
  readonly #asked: Protocol | null;
  readonly #usageCache: UsageCache | null;
  #protocol: Protocol;
  #reader: ProtocolReader;
  #isCertain = false;

  /** `asked`: `null` where nobody knows. */
  constructor(asked: Protocol | null, usageCache: UsageCache | null) {
    this.#asked = asked;
    this.#usageCache = usageCache;
    this.#protocol = asked ?? DEFAULT_PROTOCOL;
    this.#reader = this.#protocol.reader({ usageCache });
  }

  /** In which protocol it is read. */
  get protocol(): Protocol {
    return this.#protocol;
  }

  /**
   * The protocol that came in the place of the one that was asked; `null` when none did. Where two are read alike, as chat
   * completions and completions are, a question over one that is answered over the other is answered.
   */
  get other(): Protocol | null {
    const asked = this.#asked;
    if (asked === null || asked === this.#protocol) return null;
    return asked.reader === this.#protocol.reader ? null : this.#protocol;
  }

  /** What an object adds. */
  read(value: JsonObject): CompletionChunk {
    if (!this.#isCertain) this.#listen(value);
    const chunk = this.#reader.read(value);
    if (chunk.choices.length > 0) this.#isCertain = true;
    return chunk;
  }

  /** What comes is certain to be chunks of chat completions. */
  get isChat(): boolean {
    return this.#isCertain && this.#protocol.reader === DEFAULT_PROTOCOL.reader;
  }

  /** What an object would add, if it came first. */
  peek(value: JsonObject): CompletionChunk {
    return this.#protocol.reader({ usageCache: this.#usageCache }).read(value);
  }

  #listen(value: JsonObject): void {
    const told = protocolOf(value);
    if (told === null) return;
    this.#isCertain = true;
    if (told === this.#protocol) return;
    this.#protocol = told;
    this.#reader = told.reader({ usageCache: this.#usageCache });
  }
}
