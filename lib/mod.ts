/**
 * Streamgauge as a library: split event streams, ask for completions and watch them arrive, measure them, and read
 * and write transcripts.
 *
 * @example
 * ```ts
 * import { requestMetrics, streamChat } from "streamgauge";
 *
 * const stream = streamChat({
 *   baseUrl: "http://127.0.0.1:11434/v1",
 *   model: "qwen3",
 *   messages: [{ role: "user", content: "你好" }],
 *   key: null,
 * });
 * for await (const part of stream) {
 *   if (part.type === "text") process.stdout.write(part.text);
 * }
 * const { reading } = await stream.result;
 * requestMetrics(reading.timeline, { stall: 500_000 }).ttft; // in µs
 * ```
 *
 * @module
 */

export {
  type ChatOptions,
  type ChatResult,
  completeChat,
  type AnotherAttempt,
  type Recorder,
} from "./chat/complete_chat.ts";
export { listModels, type ModelList } from "./chat/models.ts";
export { CompletionReader, type ReaderOptions } from "./chat/reader.ts";
export type { Arrival, ChatPart, Choice, ChunkCounts, Reading } from "./chat/reading.ts";
export { replayChat, type ReplayOptions, type ReplayResult } from "./chat/replay_chat.ts";
export { type ChatStream, streamChat } from "./chat/stream_chat.ts";
export { percentile } from "./measure/distribution.ts";
export * from "./measure/metrics.ts";
export {
  type CompletionFacts,
  type Failure,
  type FailureKind,
  judge,
  type Outcome,
  type Verdict,
} from "./measure/outcome.ts";
export { type Timeline, TimelineBuilder } from "./measure/timeline.ts";
export { replayFetch, type ReplayFetchOptions } from "./server/replay_fetch.ts";
export { resultJson } from "./report/request/result_json.ts";
export type { Fault, FaultKind, Place } from "./server/reply/fault.ts";
export type { Split } from "./server/reply/split.ts";
export {
  decodeTranscript,
  TranscriptDecoder,
  type TranscriptDecoderOptions,
} from "./transcript/decode.ts";
export {
  encodeTranscript,
  TranscriptEncoder,
  type TranscriptEncoderOptions,
} from "./transcript/encode.ts";
export {
  type Closing,
  type Transcript,
  TranscriptError,
  type TranscriptHeader,
} from "./transcript/format.ts";
export { normalisePrettyPrinted } from "./transcript/pretty.ts";
export { type RecorderOptions, TranscriptRecorder } from "./transcript/recorder.ts";
export { type FileTrait, readTranscript, TranscriptFile } from "./transcript/transcript_file.ts";
export type { WrittenHead } from "./transcript/response_head.ts";
export { type Clock, monotonicClock } from "./base/clock.ts";
export { type CompletionChunk, decodeEventData, type EventData } from "./wire/completion.ts";
export type { Fetch, ResponseHead, TimeLimits } from "./wire/exchange.ts";
export type { EndpointError } from "./wire/endpoint_error.ts";
export type { Ending, TimerName } from "./wire/ending.ts";
export {
  type ChatMessage,
  type ChatRequest,
  chatRequest,
  type HttpRequest,
} from "./wire/request.ts";
export { LimitError } from "./base/limit_error.ts";
export { Secret } from "./base/secret.ts";
export { type SseEvent, sseEvents, type SseOptions, SseSplitter } from "./wire/sse.ts";
export type { Micros } from "./base/time.ts";
export type { TimedText } from "./wire/piece.ts";
export type { ToolCall } from "./wire/tool_calls.ts";
export type { Usage } from "./wire/usage.ts";
