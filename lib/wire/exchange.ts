import type { Clock } from "../base/clock.ts";
import { connectionsOf, keepsOpen } from "./connections.ts";
import { cancel, drain, NO_REST, type Rest } from "./drain.ts";
import type { Ending, TimerName } from "./ending.ts";
import { networkEnding, receiverEnding } from "./exchange_ending.ts";
import { headersWithKey, type HttpRequest } from "./request.ts";
import { decodeUtf8 } from "./sse.ts";
import type { Micros } from "../base/time.ts";
import type { TimedText } from "./piece.ts";

/** The part of `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** The head of a response, and when it came. */
export interface ResponseHead {
  readonly status: number;
  readonly headers: Headers;
  readonly at: Micros;
}

/** How long to wait, in microseconds. What is absent is not limited. */
export interface TimeLimits {
  /** For the whole request. */
  readonly total?: Micros | undefined;
  /** From sending to the first piece of the body. */
  readonly firstByte?: Micros | undefined;
  /** Between two pieces. */
  readonly idle?: Micros | undefined;
}

/** Where an exchange hands what it receives. Both are called synchronously, in order of arrival. */
export interface Receiver {
  head(head: ResponseHead): void;
  /**
   * Takes a piece; returns `true` when it wants no more. A `LimitError` ends the exchange as
   * `broken`, whatever else it throws as `fault`.
   */
  piece(piece: TimedText): boolean;
  /** Takes what comes behind the last wanted piece, until the exchange is {@linkcode Exchange.quiet}. */
  late?(piece: TimedText): void;
}

/** The outside of an exchange. */
export interface ExchangeOptions {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  readonly limits?: TimeLimits | undefined;
  /**
   * Read what still comes after the last wanted piece, for up to 500 ms or 64 KiB, so that the connection can be
   * used again: cancelling at once costs a new connection every time. Default `true`.
   */
  readonly drain?: boolean | undefined;
  /** Open a connection for this request, and close it afterwards. Default `false`, unless the endpoint closes them itself. */
  readonly fresh?: boolean | undefined;
}

/** An ended exchange. Times count from `sentAt`, on the clock that was given. */
export interface Exchange extends Rest {
  readonly ending: Ending;
  readonly sentAt: Micros;
  readonly endedAt: Micros;
}

/**
 * Sends a request and hands over its response, each piece of text with the time it arrived. It never throws:
 * whatever goes wrong is the {@linkcode Ending}. This is the only place that sends anything.
 *
 * Redirects are not followed, since `fetch` would turn the POST into a GET and carry headers to another host.
 */
export async function exchange(
  request: HttpRequest,
  options: ExchangeOptions & Receiver,
): Promise<Exchange> {
  const { clock } = options;
  const stop = new Stop(options);
  const connections = connectionsOf(options.fetch);
  const fresh = options.fresh === true || connections.areClosed(request.url);
  const reused = !fresh && connections.take(request.url);
  let status: number | null = null;
  let keepsConnection = false;
  /** What throws meanwhile is the network; anything else is a limit or a fault of ours. */
  let isNetwork = false;
  let reader: ReadableStreamDefaultReader<string> | undefined;
  const body = request.body === null ? undefined : JSON.stringify(request.body);
  const sentAt = clock();
  const end = (ending: Ending, rest: Rest = NO_REST): Exchange => {
    const { quiet, released } = rest;
    return { ending, sentAt, endedAt: clock() - sentAt, quiet, released };
  };
  const free = (): void => {
    if (keepsConnection) connections.give(request.url);
  };
  try {
    stop.start();
    isNetwork = true;
    const response = await options.fetch(request.url, {
      method: request.method,
      headers: headersWithKey(request, request.key?.reveal() ?? null),
      ...(body === undefined ? undefined : { body }),
      redirect: "manual",
      signal: stop.signal,
      // Bun gives up after five silent minutes by itself, on a coarse tick. Our timers decide.
      timeout: false,
      ...(fresh ? { keepalive: false } : undefined),
    } as RequestInit);
    isNetwork = false;
    status = response.status;
    connections.learn(request.url, response.headers);
    keepsConnection = !fresh && keepsOpen(response.headers);
    options.head({ status, headers: response.headers, at: clock() - sentAt });
    if (response.body === null) {
      free();
      return end({ kind: "ended", status });
    }
    reader = decodeUtf8(response.body).getReader();
    for (;;) {
      isNetwork = true;
      const { done, value } = await reader.read();
      isNetwork = false;
      const at = clock() - sentAt;
      if (done) {
        free();
        return end({ kind: "ended", status });
      }
      if (value === "") continue;
      stop.pieceArrived(sentAt + at);
      if (options.piece({ text: value, at })) {
        const ended = end({ kind: "ended", status });
        return { ...ended, ...drain(reader, { ...options, sentAt, onEnd: free }) };
      }
    }
  } catch (error) {
    stop.closeConnection();
    if (reader !== undefined) void cancel(reader);
    const ending = isNetwork
      ? networkEnding(error, { status, reused })
      : receiverEnding(error, status);
    return end(stop.ending ?? ending);
  } finally {
    stop.clear();
  }
}

/** The user's signal and our timers: the first of them stops the exchange, and is its ending. */
class Stop {
  ending: Ending | null = null;
  readonly #controller = new AbortController();
  readonly #options: ExchangeOptions;
  readonly #timers = new Set<Timer>();
  #lastPieceAt = 0;
  #pieces = 0;
  #firstByteTimer: Timer | undefined;

  constructor(options: ExchangeOptions) {
    this.#options = options;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  start(): void {
    const { signal, limits = {} } = this.#options;
    if (signal?.aborted) this.#interrupt();
    signal?.addEventListener("abort", this.#interrupt);
    if (limits.total !== undefined) this.#after(limits.total, "total", limits.total);
    if (limits.firstByte !== undefined) {
      this.#firstByteTimer = this.#after(limits.firstByte, "first_byte", limits.firstByte);
    }
  }

  /** Notes the time only: one timer for the silence is set again when it ends, not at every piece. */
  pieceArrived(at: Micros): void {
    this.#lastPieceAt = at;
    if (this.#pieces++ > 0) return;
    clearTimeout(this.#firstByteTimer);
    const idle = this.#options.limits?.idle;
    if (idle !== undefined) this.#watchSilence(idle, idle);
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#options.signal?.removeEventListener("abort", this.#interrupt);
  }

  readonly #interrupt = (): void => this.#stop({ kind: "interrupted" });

  #watchSilence(limit: Micros, remaining: Micros): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const silence = this.#options.clock() - this.#lastPieceAt;
      if (silence >= limit) this.#stop({ kind: "timed_out", timer: "idle", limit });
      else this.#watchSilence(limit, limit - silence);
    }, toTimeout(remaining));
    this.#timers.add(timer);
  }

  #after(delay: Micros, timer: TimerName, limit: Micros): Timer {
    const handle = setTimeout(
      () => this.#stop({ kind: "timed_out", timer, limit }),
      toTimeout(delay),
    );
    this.#timers.add(handle);
    return handle;
  }

  #stop(ending: Ending): void {
    this.ending ??= ending;
    this.closeConnection();
  }

  closeConnection(): void {
    this.#controller.abort();
  }
}

type Timer = ReturnType<typeof setTimeout>;

/** Timers take whole milliseconds and run at once beyond 31 bits. */
function toTimeout(micros: Micros): number {
  return Math.min(Math.ceil(micros / 1000), 0x7fffffff);
}
