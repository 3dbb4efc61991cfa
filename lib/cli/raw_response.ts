import type { Recorder } from "../chat/complete_chat.ts";
import { hideKey } from "../chat/without_key.ts";
import { keptHeaders } from "../transcript/redact.ts";
import type { ResponseHead } from "../wire/endpoint.ts";
import type { Secret } from "../wire/secret.ts";

/** In characters. */
const LONGEST = 2048;

/** Keeps the beginning of the last attempt's response, to be shown when the request failed. */
export class RawResponse implements Recorder {
  #head: ResponseHead | null = null;
  #body = "";

  begin(): void {
    this.#head = null;
    this.#body = "";
  }

  head(head: ResponseHead): void {
    this.#head = head;
  }

  piece({ text }: { readonly text: string }): void {
    // Twice as much as is shown: a key that reaches over the end of that is still seen whole.
    if (this.#body.length < 2 * LONGEST) this.#body += text.slice(0, 2 * LONGEST);
  }

  end(): void {}

  /**
   * The status, the headers that say nothing about who asked, and the first 2,048 characters of the body, with `[key]` in
   * the place of the key; `null` when no head came. No final newline.
   */
  render(key: Secret | null): string | null {
    const head = this.#head;
    if (head === null) return null;
    const headers = Object.entries(keptHeaders(head.headers));
    const body = hideKey(this.#body, key);
    const shown = body.length > LONGEST ? `${body.slice(0, LONGEST)}…` : body.trimEnd();
    return [
      `HTTP ${head.status}`,
      ...headers.map(([name, value]) => `${name}: ${hideKey(value, key)}`),
      ...(shown === "" ? [] : ["", shown]),
    ].join("\n");
  }
}
