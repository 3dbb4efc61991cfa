/**
 * Transcripts in the place of an endpoint: as a `fetch` for any SDK, for a test without a server, or as the parts of a
 * completion.
 *
 * @example
 * ```ts
 * import { replayFetch } from "streamgauge/replay";
 *
 * const fetch = replayFetch("hello.sse");
 * const response = await fetch("http://replay/v1/chat/completions", {
 *   method: "POST",
 *   body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }], stream: true }),
 * });
 * console.log(await response.text());
 * ```
 *
 * @module
 */

export { type Clock, monotonicClock } from "../base/clock.ts";
export { UserError } from "../base/message.ts";
export {
  type PlayedFile,
  replayChat,
  type ReplayOptions,
  type ReplayResult,
} from "../chat/replay_chat.ts";
export type { Fault, FaultKind, FaultPlace } from "../server/reply/fault.ts";
export type { Matching } from "../server/reply/match.ts";
export type { Split } from "../server/reply/split.ts";
export { replayFetch, type ReplayFetchOptions } from "../server/replay_fetch.ts";
export { TranscriptError } from "../transcript/format.ts";
export { TranscriptFile } from "../transcript/transcript_file.ts";
