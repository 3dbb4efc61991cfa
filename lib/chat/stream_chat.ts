import { completionRequest } from "../protocols/completion_request.ts";
import type { CompletionRequest } from "../protocols/protocol.ts";
import { type ChatOptions, type ChatResult, completeChat } from "./complete_chat.ts";
import { PartQueue } from "./part_queue.ts";
import type { ChatPart } from "./reading.ts";

/** A streamed completion: its parts as they arrive, and what became of it. */
export interface ChatStream extends AsyncIterable<ChatPart> {
  /**
   * Resolves when the completion is over, whether or not the parts are read. It rejects only with what a callback
   * among the options threw.
   */
  readonly result: Promise<ChatResult>;
}

/**
 * Asks for a completion, over any of the protocols, and streams it: text, reasoning, tool calls, finish reasons, usage and errors, each
 * with its arrival time in microseconds since the request was sent.
 *
 * Arrival times do not depend on how fast the parts are taken: the body is read eagerly. The parts can be taken
 * once; leaving the loop early ends the request. A failure before the first byte comes as an `error` part; the
 * loop itself does not throw.
 *
 * @example
 * ```ts
 * const stream = streamChat({
 *   baseUrl: "http://127.0.0.1:8000/v1",
 *   model: "demo",
 *   messages: [{ role: "user", content: "你好" }],
 *   key: null,
 * });
 * for await (const part of stream) {
 *   if (part.type === "text") process.stdout.write(part.text);
 * }
 * const { verdict } = await stream.result;
 * ```
 */
export function streamChat(request: CompletionRequest, options: ChatOptions = {}): ChatStream {
  const leave = new AbortController();
  const parts = new PartQueue({ onLeave: () => leave.abort() });
  const signal =
    options.signal === undefined ? leave.signal : AbortSignal.any([options.signal, leave.signal]);
  const result = completeChat(completionRequest(request), {
    ...options,
    signal,
    onArrivals(arrivals) {
      for (const arrival of arrivals) parts.add(arrival.parts);
    },
  })
    .then((result) => {
      const { failure } = result.verdict;
      if (failure?.kind === "network" || failure?.kind === "timeout") {
        const { code, message } = failure;
        parts.add([{ type: "error", error: { code, message }, at: null }]);
      }
      return result;
    })
    .finally(() => parts.end());
  return { result, [Symbol.asyncIterator]: () => parts };
}
