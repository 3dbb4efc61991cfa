/**
 * Splits event streams into events, as the standard says, wherever they were cut. Web standards only.
 *
 * @example
 * ```ts
 * import { sseEvents } from "streamgauge/sse";
 *
 * const response = new Response("data: 你好\n\ndata: [DONE]\n\n");
 * if (response.body === null) throw new Error("No body");
 * for await (const { data } of sseEvents(response.body)) console.log(data);
 * // 你好
 * // [DONE]
 * ```
 *
 * @module
 */

export { LimitError } from "../base/limit_error.ts";
export { type SseEvent, sseEvents, type SseOptions, SseSplitter } from "../wire/sse.ts";
