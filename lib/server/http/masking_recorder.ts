import type { Recorder } from "../../chat/complete_chat.ts";
import { ResponseMask } from "../../transcript/masks/response_mask.ts";
import { SecretMask } from "../../base/secret_mask.ts";
import type { Ending } from "../../wire/ending.ts";
import type { ResponseHead } from "../../wire/exchange.ts";
import type { HttpRequest } from "../../wire/request.ts";
import type { Micros } from "../../base/time.ts";
import type { TimedText } from "../../wire/piece.ts";

/** Where clients put their keys besides `Authorization`. */
const KEY_HEADERS = new Set([
  "api-key",
  "x-api-key",
  "x-goog-api-key",
  "ocp-apim-subscription-key",
  "x-auth-token",
]);

/** The keys in a client's request: of its headers, and of the parameters that are named so. */
export function secretsIn(
  headers: Iterable<readonly [string, string]>,
  query: string,
): readonly string[] {
  const secrets: string[] = [];
  for (const [name, value] of headers) {
    // "Bearer KEY", or the key alone, as some clients send it.
    if (name === "authorization" || name === "proxy-authorization") {
      secrets.push(value.replace(/^[\w-]+\s+/, "").trim());
    } else if (KEY_HEADERS.has(name)) {
      secrets.push(value.trim());
    }
  }
  for (const [name, value] of new URLSearchParams(query)) {
    if (/key|token|sig/i.test(name)) secrets.push(value);
  }
  return secrets;
}

/** Hands an exchange to a recorder without the secrets, wherever in it they stand and however it is cut. */
export class MaskingRecorder implements Recorder {
  readonly #recorder: Recorder;
  readonly #mask: ResponseMask;

  constructor(recorder: Recorder, secrets: readonly string[]) {
    this.#recorder = recorder;
    this.#mask = new ResponseMask(new SecretMask(secrets));
  }

  begin(request: HttpRequest): void {
    this.#recorder.begin(this.#mask.request(request));
  }

  head(head: ResponseHead): void {
    this.#recorder.head(this.#mask.head(head));
  }

  piece(piece: TimedText): void {
    for (const safe of this.#mask.push(piece)) this.#recorder.piece(safe);
  }

  end(ending: Ending, at: Micros): void {
    for (const safe of this.#mask.end()) this.#recorder.piece(safe);
    this.#recorder.end(this.#mask.ending(ending), at);
  }
}
