import { epochClock, monotonicClock } from "../../base/clock.ts";
import { LimitError } from "../../base/limit_error.ts";
import type { Secret } from "../../base/secret.ts";
import type { Micros } from "../../base/time.ts";
import { serverOverTime, type TimedReading } from "../../measure/server_over_time.ts";
import { type ServerReading, type ServerSide, serverSide } from "../../measure/server_side.ts";
import { exchange } from "../../wire/exchange.ts";
import type { HttpRequest } from "../../wire/request.ts";
import { serverReading } from "./engines.ts";
import { parsePrometheus } from "./prometheus.ts";

/** Where a server tells of itself. */
export interface MetricsSource {
  readonly url: string;
  /** Only of the same origin as the requests: no other host gets it. */
  readonly key: Secret | null;
  readonly keyHeader?: HttpRequest["keyHeader"];
  readonly headers: Readonly<Record<string, string>>;
  /** Of a server with several, the one that is asked. */
  readonly model: string;
}

/** Why there is no reading. */
export type MetricsFailure =
  | { readonly kind: "status"; readonly status: number }
  | { readonly kind: "network"; readonly message: string }
  /** The text is none of metrics, or of a server that nobody here knows. */
  | { readonly kind: "no_metrics" | "unknown_server" | "too_long" };

/** A reading, or why there is none. */
export type MetricsResult =
  | { readonly kind: "read"; readonly reading: ServerReading }
  | { readonly kind: "failed"; readonly failure: MetricsFailure };

/** In characters: those of servers with many models have a tenth of it. */
const LONGEST_METRICS = 16 * 1024 * 1024;

/** No reading takes longer, in µs. */
const LONGEST_READING: Micros = 2_000_000;

/** How often a server is read while a run goes on, in ms. */
const EVERY = 1_000;

/** How long after the run a server may still count what has ended, in ms. */
const SETTLING = 300;

/**
 * Reads what a server tells of itself, over a connection of its own. It does not reject: whatever goes wrong is the result.
 *
 * @example
 * ```ts
 * const source = { url: "http://127.0.0.1:8000/metrics", key: null, headers: {}, model: "m" };
 * const result = await readMetrics(source);
 * if (result.kind === "read") console.log(result.reading.waiting);
 * ```
 */
export async function readMetrics(
  { url, key, keyHeader, headers, model }: MetricsSource,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<MetricsResult> {
  const request: HttpRequest = {
    method: "GET",
    url,
    headers: { accept: "text/plain", ...headers },
    body: null,
    key,
    keyHeader,
  };
  let status = 0;
  const texts: string[] = [];
  let length = 0;
  const { ending } = await exchange(request, {
    fetch,
    clock: monotonicClock,
    signal,
    limits: { total: LONGEST_READING },
    fresh: true,
    head: (head) => void (status = head.status),
    piece({ text }) {
      length += text.length;
      if (length > LONGEST_METRICS) throw new LimitError("the metrics are too long");
      texts.push(text);
      return false;
    },
  });
  if (length > LONGEST_METRICS) return failed({ kind: "too_long" });
  if (ending.kind !== "ended") {
    const message = "message" in ending ? ending.message : ending.kind;
    return failed({ kind: "network", message });
  }
  if (status !== 200) return failed({ kind: "status", status });
  const samples = parsePrometheus(texts.join(""));
  if (samples.size === 0) return failed({ kind: "no_metrics" });
  const reading = serverReading(samples, { model });
  return reading === null ? failed({ kind: "unknown_server" }) : { kind: "read", reading };
}

function failed(failure: MetricsFailure): MetricsResult {
  return { kind: "failed", failure };
}

/** Reads a server before a run, once a second while it goes on, and after it. */
export class MetricsWatch {
  readonly #source: MetricsSource;
  readonly #before: ServerReading;
  /** With the time of the clock that processes share. */
  readonly #during: TimedReading[] = [];
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #stop = new AbortController();
  #failedReads = 0;
  #pending: Promise<void> | null = null;

  private constructor(source: MetricsSource, before: ServerReading) {
    this.#source = source;
    this.#before = before;
    this.#timer = setInterval(() => void (this.#pending ??= this.#read()), EVERY);
  }

  /** Begins to, or says why it cannot be read now. */
  static async start(source: MetricsSource): Promise<MetricsWatch | MetricsFailure> {
    const first = await readMetrics(source);
    return first.kind === "read" ? new MetricsWatch(source, first.reading) : first.failure;
  }

  /** What it says of the run, of which so many requests are complete. `start`: when the run began, on the clock of all processes. */
  async end({
    complete,
    start,
  }: {
    readonly complete: number;
    readonly start: Micros;
  }): Promise<ServerSide> {
    clearInterval(this.#timer);
    await this.#pending;
    let after = await this.#after();
    const counted = after?.requests ?? null;
    if (counted !== null && counted - (this.#before.requests ?? 0) < complete) {
      await Bun.sleep(SETTLING);
      after = await this.#after();
    }
    const { url } = this.#source;
    const before = this.#before;
    const during = this.#during.map(({ reading }) => reading);
    const last = after === null ? [] : [{ at: epochClock(), reading: after }];
    const timed = [...this.#during, ...last].map(({ at, reading }) => ({
      at: at - start,
      reading,
    }));
    const readings = { url, before, during, after, failedReads: this.#failedReads };
    const overTime = serverOverTime(
      before,
      timed.filter(({ at }) => at >= 0),
    );
    return { ...serverSide(readings, { complete }), overTime };
  }

  /** To be called where there is no end. */
  cancel(): void {
    clearInterval(this.#timer);
    this.#stop.abort();
  }

  async #after(): Promise<ServerReading | null> {
    const result = await readMetrics(this.#source);
    return result.kind === "read" ? result.reading : null;
  }

  async #read(): Promise<void> {
    const result = await readMetrics(this.#source, { signal: this.#stop.signal });
    const at = epochClock();
    if (result.kind === "read") this.#during.push({ at, reading: result.reading });
    else this.#failedReads++;
    this.#pending = null;
  }
}
