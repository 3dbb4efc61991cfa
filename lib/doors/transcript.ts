/**
 * Reads and writes transcripts: the response of an endpoint as it came, each piece with its time, in a file that is
 * itself a valid event stream.
 *
 * @example
 * ```ts
 * import { decodeTranscript, encodeTranscript } from "streamgauge/transcript";
 *
 * const text = encodeTranscript({
 *   header: {
 *     version: 1,
 *     recorded_at: "2026-01-01T00:00:00.000Z",
 *     request: { method: "POST", url: "http://127.0.0.1:8000/v1/chat/completions", headers: {} },
 *     response: { status: 200, at_ms: 1.5, headers: {} },
 *   },
 *   pieces: [{ text: "data: [DONE]\n\n", at: 202_000 }],
 *   notes: [],
 *   closing: { kind: "end", at: 203_000 },
 * });
 * const { pieces } = decodeTranscript(new TextEncoder().encode(text), { name: "hello.sse" });
 * console.log(pieces[0]?.at); // 202000
 * ```
 *
 * @module
 */

export {
  decodeTranscript,
  TranscriptDecoder,
  type TranscriptDecoderOptions,
} from "../transcript/decode.ts";
export {
  encodeTranscript,
  TranscriptEncoder,
  type TranscriptEncoderOptions,
} from "../transcript/encode.ts";
export {
  type Closing,
  type RecordedRequest,
  type RecordedResponse,
  type RecordedRun,
  type Transcript,
  TranscriptError,
  type TranscriptHeader,
} from "../transcript/format.ts";
export { normalisePrettyPrinted } from "../transcript/pretty.ts";
export { type RecorderOptions, TranscriptRecorder } from "../transcript/recorder.ts";
export type { WrittenHead } from "../transcript/response_head.ts";
export {
  type FileTrait,
  readTranscript,
  TranscriptFile,
  transcriptFiles,
} from "../transcript/transcript_file.ts";
export type { Micros } from "../base/time.ts";
export type { TimedText } from "../wire/piece.ts";
