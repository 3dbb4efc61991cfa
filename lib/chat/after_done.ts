import { decodeEventData } from "../wire/completion.ts";
import { type EndpointError, endpointErrorFromText } from "../wire/endpoint_error.ts";
import { isFailureName } from "../wire/error_places.ts";
import { failureAmong, salvage } from "../wire/salvage.ts";
import type { SseEvent } from "../wire/sse.ts";
import { shortened, StrayLines } from "./stray_lines.ts";
import { isHeartbeat } from "./unread.ts";

/** Looks at what comes behind `[DONE]`. None of it is read, but an error, or a text, is not passed over in silence. */
export class AfterDone {
  readonly #strayLines = new StrayLines();
  #error: EndpointError | null = null;
  #text: string | null = null;

  /** The first error. */
  get error(): EndpointError | null {
    return this.#error;
  }

  /** The first text that is neither an event of the API nor an error, shortened to 200 characters. */
  get text(): string | null {
    return this.#text;
  }

  /** Notes an error that was found. */
  failed(error: EndpointError | null): void {
    this.#error ??= error;
  }

  /** An event. */
  event({ event, data }: SseEvent): void {
    this.#strayLines.interrupt();
    this.failed(failureAmong(data));
    if (this.#error !== null) return;
    if (isFailureName(event)) this.failed(endpointErrorFromText(data || `event: ${event}`));
    else if (decodeEventData(data).kind === "malformed") this.#noteText(data);
  }

  /** A line that is no field. */
  line(line: string, { isLast }: { readonly isLast: boolean }): void {
    const read = this.#strayLines.read(line, { isLast });
    if (read.kind === "error") this.failed(endpointErrorFromText(read.text));
    if (read.kind !== "stray") return;
    this.failed(failureAmong(line) ?? read.salvage.error);
    for (const one of read.salvage.found) if (one.kind === "chunk") this.failed(one.chunk.error);
    if (!read.isJson) this.#noteText(line);
  }

  #noteText(text: string): void {
    if (this.#error !== null || this.#text !== null || isHeartbeat(text)) return;
    if (salvage(text).found.length === 0) this.#text = shortened(text);
  }
}
