import type { Recorder } from "../chat/complete_chat.ts";
import { SecretMask } from "../transcript/secret_mask.ts";
import type { Ending } from "../wire/ending.ts";
import type { ResponseHead } from "../wire/endpoint.ts";
import { asObject } from "../wire/json.ts";
import type { HttpRequest } from "../wire/request.ts";
import type { Micros, TimedText } from "../wire/text.ts";

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
  readonly #mask: SecretMask;

  constructor(recorder: Recorder, secrets: readonly string[]) {
    this.#recorder = recorder;
    this.#mask = new SecretMask(secrets);
  }

  begin(request: HttpRequest): void {
    this.#recorder.begin({
      method: request.method,
      url: this.#mask.text(request.url),
      headers: Object.fromEntries(this.#safe(Object.entries(request.headers))),
      body: asObject(this.#mask.json(request.body)),
      key: null,
    });
  }

  head(head: ResponseHead): void {
    const headers = new Headers();
    for (const [name, value] of this.#safe(head.headers)) headers.append(name, value);
    this.#recorder.head({ ...head, headers });
  }

  piece(piece: TimedText): void {
    for (const safe of this.#mask.push(piece)) this.#recorder.piece(safe);
  }

  end(ending: Ending, at: Micros): void {
    for (const safe of this.#mask.end()) this.#recorder.piece(safe);
    const safe =
      "message" in ending ? { ...ending, message: this.#mask.text(ending.message) } : ending;
    this.#recorder.end(safe, at);
  }

  #safe(headers: Iterable<readonly [string, string]>): (readonly [string, string])[] {
    return Array.from(headers, ([name, value]) => [name, this.#mask.text(value)] as const);
  }
}
