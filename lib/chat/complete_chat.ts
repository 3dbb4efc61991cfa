import { type Failure, judge, type Verdict } from "../measure/outcome.ts";
import { ResponseMask } from "../transcript/masks/response_mask.ts";
import { SecretMask } from "../base/secret_mask.ts";
import { type Clock, monotonicClock } from "../base/clock.ts";
import type { Ending } from "../wire/ending.ts";
import {
  type Exchange,
  exchange,
  type Fetch,
  type ResponseHead,
  type TimeLimits,
} from "../wire/exchange.ts";
import { CONNECTION_REUSED, receiverEnding } from "../wire/exchange_ending.ts";
import { type HttpRequest, withoutStreamOptions } from "../wire/request.ts";
import type { Micros } from "../base/time.ts";
import type { TimedText } from "../wire/piece.ts";
import { waitUntil } from "../base/wait.ts";
import { askedWith } from "./asked.ts";
import { CompletionReader } from "./completion_reader.ts";
import type { Arrival, Reading } from "./reading.ts";
import { delayAsked, isWorthRetrying, retryDelay } from "./retry.ts";

/** Why a request is sent once more. */
export interface AnotherAttempt {
  readonly reason: "retry" | "stream_options_refused" | "connection_reused";
  readonly failure: Failure;
  /** The wait before it, in milliseconds. */
  readonly delay: number;
  /** How many attempts there were so far. */
  readonly attempts: number;
}

/**
 * Keeps what arrives, as it arrives. Called synchronously: it must not wait. Each attempt begins and ends; between
 * that its head comes once, or never. Nothing that it gets holds the key. An attempt ends for the recorder when it is known that it was the last one, or
 * that the next one begins: where the user interrupts the wait between two, that is how it ended.
 */
export interface Recorder {
  begin(request: HttpRequest): void;
  head(head: ResponseHead): void;
  piece(piece: TimedText): void;
  end(ending: Ending, at: Micros): void;
}

/** Options of {@linkcode completeChat}. All have defaults. */
export interface ChatOptions {
  readonly fetch?: Fetch | undefined;
  readonly clock?: Clock | undefined;
  /** Aborting it ends the request: the outcome is `interrupted`, and what came is kept. */
  readonly signal?: AbortSignal | undefined;
  readonly limits?: TimeLimits | undefined;
  /** How many times a failed request is sent again before its first byte. Default 0. */
  readonly retries?: number | undefined;
  /**
   * Send once more, over a connection of its own, what went over an open connection that the endpoint had closed: no
   * byte of an answer came. Default `false`: it is this client's way of using connections that failed, which is said.
   */
  readonly resendReused?: boolean | undefined;
  /** Told before another attempt is sent. */
  readonly onAnotherAttempt?: ((attempt: AnotherAttempt) => void) | undefined;
  readonly recorder?: Recorder | undefined;
  /** Keep the connection for the next request. Default `true`. */
  readonly drain?: boolean | undefined;
  /** Keep the texts in {@linkcode ChatResult.reading}. Default `true`. */
  readonly keepText?: boolean | undefined;
  /** Give arrivals their parts. Default `true`; who only counts deltas does without. */
  readonly parts?: boolean | undefined;
}

/** What became of a request. */
export interface ChatResult {
  readonly verdict: Verdict;
  readonly reading: Reading;
  /** `null` when no head came. */
  readonly head: ResponseHead | null;
  readonly attempts: number;
  /** When the last attempt was handed to `fetch`, on the clock that was given. */
  readonly sentAt: Micros;
  /** When it ended, on the same clock. */
  readonly endedAt: Micros;
  /** Settles when the connection is free again. */
  readonly released: Promise<void>;
}

/**
 * Sends a chat completion, reads its stream, and judges it. It does not throw for anything an endpoint or a
 * network does: that is the verdict. Times count from the attempt that was answered. Where the endpoint repeats the
 * key, as it is, escaped or in base64, `*` stand in its place in all that is handed on.
 *
 * An endpoint that answers 400 because of `stream_options` is asked again without it.
 *
 * @example
 * ```ts
 * const result = await completeChat(request, {
 *   onArrivals: (arrivals) => console.log(arrivals.length),
 * });
 * result.verdict.outcome; // "complete"
 * ```
 */
export async function completeChat(
  request: HttpRequest,
  options: ChatOptions & { readonly onArrivals?: (arrivals: readonly Arrival[]) => void } = {},
): Promise<ChatResult> {
  const { recorder } = options;
  let retries = options.retries ?? 0;
  let current = request;
  let fresh = false;
  for (let attempts = 1; ; attempts++) {
    const { result, last, ended } = await attempt(current, { ...options, attempts, fresh });
    const { failure } = result.verdict;
    if (failure?.code === CONNECTION_REUSED && options.resendReused && !fresh) {
      recorder?.end(ended.ending, ended.endedAt);
      fresh = true;
      options.onAnotherAttempt?.({ reason: "connection_reused", failure, delay: 0, attempts });
      continue;
    }
    if (failure !== null && isStreamOptionsRefusal(current, failure)) {
      recorder?.end(ended.ending, ended.endedAt);
      current = withoutStreamOptions(current);
      options.onAnotherAttempt?.({ reason: "stream_options_refused", failure, delay: 0, attempts });
      continue;
    }
    const headers = result.head?.headers ?? null;
    const now = Date.now();
    const asked = delayAsked({ headers, now });
    if (failure === null || retries-- <= 0 || !isWorthRetrying(failure, asked)) {
      recorder?.end(ended.ending, ended.endedAt);
      if (last.length > 0) options.onArrivals?.(last);
      return result;
    }
    const delay = retryDelay({
      failure,
      headers,
      attempts,
      now,
      random: Math.random(),
    });
    options.onAnotherAttempt?.({ reason: "retry", failure, delay, attempts });
    const clock = options.clock ?? monotonicClock;
    await waitUntil(clock() + delay * 1000, { clock, signal: options.signal });
    const ending: Ending = options.signal?.aborted ? { kind: "interrupted" } : ended.ending;
    recorder?.end(ending, ended.endedAt);
    if (ending.kind === "interrupted") {
      return { ...result, verdict: judge(ending, result.reading.facts) };
    }
  }
}

/** `last` is not handed over yet: the error that another attempt makes good is nobody's. */
interface Attempt {
  readonly result: ChatResult;
  readonly ended: Exchange;
  readonly last: readonly Arrival[];
}

async function attempt(
  request: HttpRequest,
  options: ChatOptions & {
    readonly onArrivals?: (arrivals: readonly Arrival[]) => void;
    readonly attempts: number;
    readonly fresh: boolean;
  },
): Promise<Attempt> {
  const { recorder, onArrivals, attempts, keepText = true, parts } = options;
  const reader = new CompletionReader({
    keepText,
    parts,
    ...askedWith(request, request),
  });
  const deltas = keepText || recorder !== undefined;
  const mask = new ResponseMask(SecretMask.of(request.key), { deltas });
  let head: ResponseHead | null = null;
  let lastAt: Micros = 0;
  const take = (piece: TimedText): void => {
    if (!reader.listens) return;
    recorder?.piece(piece);
    lastAt = piece.at ?? lastAt;
    const arrivals = reader.push(piece);
    if (arrivals.length > 0) onArrivals?.(arrivals);
  };
  const takeMasked = (piece: TimedText): void => {
    if (mask.isEmpty) take(piece);
    else for (const safe of mask.push(piece)) take(safe);
  };
  recorder?.begin(mask.request(request));
  const exchanged = await exchange(request, {
    fetch: options.fetch ?? fetch,
    clock: options.clock ?? monotonicClock,
    signal: options.signal,
    limits: options.limits,
    drain: options.drain,
    fresh: options.fresh,
    head(arrived) {
      head = mask.head(arrived);
      recorder?.head(head);
      reader.begin(arrived.status);
    },
    piece(piece) {
      takeMasked(piece);
      return reader.done;
    },
    late: takeMasked,
  });
  // What comes behind [DONE] is noted and recorded, and changes no time of the completion.
  if (reader.listens) await exchanged.quiet;
  let ended = { ...exchanged, ending: mask.ending(exchanged.ending) };
  let last: readonly Arrival[] = [];
  try {
    for (const safe of mask.end()) take(safe);
    ended = { ...ended, endedAt: Math.max(ended.endedAt, lastAt) };
    last = reader.end(ended.endedAt);
  } catch (error) {
    const status = "status" in ended.ending ? ended.ending.status : null;
    ended = { ...ended, ending: receiverEnding(error, status) };
  }
  const reading = reader.result();
  const verdict = judge(ended.ending, reading.facts);
  const { sentAt, released } = exchanged;
  const endedAt = sentAt + exchanged.endedAt;
  return { result: { verdict, reading, head, attempts, sentAt, endedAt, released }, ended, last };
}

function isStreamOptionsRefusal(request: HttpRequest, failure: Failure): boolean {
  return (
    request.body !== null &&
    "stream_options" in request.body &&
    (failure.status === 400 || failure.status === 422) &&
    /stream_?options|include_usage/i.test(failure.message)
  );
}
