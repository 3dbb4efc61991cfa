import type { Micros } from "../base/time.ts";
import type { TimedText } from "../wire/piece.ts";
import type { WrittenHead } from "./response_head.ts";

/** What the request was, in the header's JSON. Keys are masked before they get here. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** The body as the JSON that was sent; absent when there was none. */
  readonly body?: unknown;
  readonly [key: string]: unknown;
}

/** The response head, in the header's JSON. */
export interface RecordedResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /**
   * When the head came: milliseconds since the request was handed to `fetch`, with up to three decimals, as
   * everywhere in files. `Math.round(at_ms * 1000)` gives back the microseconds exactly.
   */
  readonly at_ms: number;
  readonly [key: string]: unknown;
}

/** The request's place in a run, in the header's JSON. Times are milliseconds since the run began. */
export interface RecordedRun {
  readonly index: number;
  readonly warmup: boolean;
  /** `null` when nothing was scheduled: a closed loop sends when a place is free. */
  readonly scheduled_ms: number | null;
  readonly sent_ms: number;
  readonly [key: string]: unknown;
}

/** The JSON of the first line. Keys it does not know are kept. */
export interface TranscriptHeader {
  readonly version: 1;
  /** The wall clock when the request was sent, as ISO 8601. Not used for any measure. */
  readonly recorded_at: string;
  readonly request: RecordedRequest;
  /** `null` when no head came. */
  readonly response: RecordedResponse | null;
  /** Which attempt this was, from 2 on: those before it failed, and were not kept. Absent: the first. */
  readonly attempt?: number;
  /** Only in the transcripts of a run. */
  readonly run?: RecordedRun;
  /**
   * How many U+FFFD the body holds: what was not UTF-8 is kept as these, one or more for each bad sequence. An
   * endpoint may also have sent some itself. Absent: none, or the recording was cut.
   */
  readonly replacement_characters?: number;
  readonly [key: string]: unknown;
}

/** How the recording ended: the body's own end, or a failure. */
export type Closing =
  | { readonly kind: "end"; readonly at: Micros }
  | {
      readonly kind: "failed";
      readonly at: Micros;
      readonly error: { readonly code: string; readonly message: string };
    };

/** One response as it came: what a `.sse` file holds. */
export interface Transcript {
  /** `null` for a file that is a body and nothing more: it does not begin with `:@transcript`. */
  readonly header: TranscriptHeader | null;
  /** None is empty. The last one has `at: null` when it has no marker; that of a plain body always is so. */
  readonly pieces: readonly TimedText[];
  readonly notes: readonly string[];
  /** `null` when the recording was cut, and for a plain body. */
  readonly closing: Closing | null;
  /** The response head that stands before a plain body, as `curl -i` writes it. Absent: there is none. */
  readonly response?: WrittenHead;
}

/** How every transcript begins, except for a BOM that belongs to the body. */
export const HEADER_START = ":@transcript";

/** A place in a file, for errors. Lines are counted from 1 and end in LF. */
export interface LinePosition {
  readonly file: string;
  readonly line: number;
}

/** A file that begins like a transcript and is none, or one of a later version. */
export class TranscriptError extends Error {
  /** What is wrong with the file, as in the message. */
  readonly problem: string;
  readonly file: string;
  readonly line: number;
  /** The version of a file that is too new; `null` for any other error. */
  readonly version: number | null;

  constructor(
    problem: string,
    { file, line, version }: LinePosition & { readonly version?: number },
  ) {
    super(`Cannot read transcript "${file}": ${problem}`);
    this.name = "TranscriptError";
    this.problem = problem;
    this.version = version ?? null;
    this.file = file;
    this.line = line;
  }
}

/** The error for a line, which the state is said of: `has a marker without a length`. */
export function malformed(position: LinePosition, state: string): TranscriptError {
  return new TranscriptError(`line ${position.line} ${state}`, position);
}
