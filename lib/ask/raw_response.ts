import type { Recorder } from "../chat/complete_chat.ts";
import { keptHeaders } from "../transcript/masks/redact.ts";
import type { ResponseHead } from "../wire/exchange.ts";

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
    // One more than is shown tells that there is more.
    if (this.#body.length <= LONGEST) this.#body += text.slice(0, LONGEST + 1);
  }

  end(): void {}

  /**
   * The status, the headers that say nothing about who asked, and the first 2,048 characters of the body; `null` when no
   * head came. No final newline.
   */
  render(): string | null {
    const head = this.#head;
    if (head === null) return null;
    const headers = Object.entries(keptHeaders(head.headers));
    const body = this.#body;
    const shown = body.length > LONGEST ? `${body.slice(0, LONGEST)}…` : body.trimEnd();
    return [
      `HTTP ${head.status}`,
      ...headers.map(([name, value]) => `${name}: ${value}`),
      ...(shown === "" ? [] : ["", shown]),
    ].join("\n");
  }
}
