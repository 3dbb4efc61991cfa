/**
 * Streamgauge as a library: split event streams, ask for completions and watch them arrive, measure them, read and write
 * transcripts, serve them, and put load on an endpoint. It runs on Bun, Node and Deno; its parts have doors of their own:
 * `streamgauge/sse`, `/replay`, `/measure`, `/transcript` and `/dotenv`.
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

export * from "./doors/measure.ts";
export * from "./doors/replay.ts";
export * from "./doors/sse.ts";
export * from "./doors/transcript.ts";
export {
  type ChatOptions,
  type ChatResult,
  completeChat,
  type AnotherAttempt,
  type Recorder,
} from "./chat/complete_chat.ts";
export { EventTracer } from "./chat/event_tracer.ts";
export { listModels, type ModelList } from "./chat/models.ts";
export { CompletionReader, type ReaderOptions } from "./chat/completion_reader.ts";
export type { Arrival, ChatPart, Choice, ChunkCounts, Reading } from "./chat/reading.ts";
export { type ChatStream, streamChat } from "./chat/stream_chat.ts";
export type { Arrivals, LoadPlan } from "./load/plan.ts";
export type { PromptSource } from "./load/prompts.ts";
export { type Load, type LoadResult, runLoad, type RunLoadOptions } from "./load/run_load.ts";
export type { RunObserver } from "./load/run_share.ts";
export {
  type LocalEndpoint,
  type LocalEndpointOptions,
  startLocalEndpoint,
} from "./server/http/local_endpoint.ts";
export { withFaults } from "./server/reply/fault.ts";
export { loadTranscripts } from "./server/reply/load_transcripts.ts";
export type { NamedTranscript } from "./server/reply/recorded_reply.ts";
export type { Reply, ReplySource } from "./server/reply/reply.ts";
export type { SimulatedModel } from "./server/reply/simulate.ts";
export { SimulatedSource, type SimulatedSourceOptions } from "./server/reply/simulated_source.ts";
export {
  TranscriptSource,
  type TranscriptSourceOptions,
} from "./server/reply/transcript_source.ts";
export { resultJson } from "./report/request/result_json.ts";
export { type CompletionChunk, decodeEventData, type EventData } from "./wire/completion.ts";
export type { Fetch, ResponseHead, TimeLimits } from "./wire/exchange.ts";
export type { EndpointError } from "./wire/endpoint_error.ts";
export { chatRequest, completionRequest } from "./protocols/completion_request.ts";
export type {
  AnswerSchema,
  CompletionRequest,
  EndpointFields,
  ProtocolName,
  Sampling,
  UsageCache,
} from "./protocols/protocol.ts";
export type { ChatMessage, HttpRequest } from "./wire/request.ts";
export { Secret } from "./base/secret.ts";
export type { ToolCall } from "./wire/tool_calls.ts";
