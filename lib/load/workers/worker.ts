/**
 * A worker process of a run. It is started with a raised limit of requests at once, gets its share over IPC (so that
 * the key is in no argument and no file), and reports what it does. The run's own process decides when to stop:
 * Ctrl-C, which a terminal gives to every process, is not for it, and neither is the SIGTERM that `timeout` gives to
 * all of them. Without its run's process it ends.
 *
 * @module
 */

import type { RequestRecord } from "../../measure/request_record.ts";
import { SecretMask } from "../../base/secret_mask.ts";
import { epochClock } from "../../base/clock.ts";
import { Secret } from "../../base/secret.ts";
import { runShare } from "../run_share.ts";
import { AskedPlaces } from "./shared_places.ts";
import type { ToRun, ToWorker } from "./worker_messages.ts";

/** In ms. */
const DELTAS_EVERY = 100;

let stopSending = new AbortController();
let stopNow = new AbortController();
let currentKey: Secret | null = null;
let places: AskedPlaces | null = null;

function tell(message: ToRun): void {
  process.send?.(message);
}

/**
 * Collects what happens, and tells it: what begins and ends at once, since it is lost with this process otherwise. What
 * happens in one turn of the event loop goes together, behind it: no dispatch and no arrival waits for the telling.
 */
class Report {
  #begun: number[] = [];
  #deltas = 0;
  #ended: RequestRecord[] = [];
  #recordingErrors: string[] = [];
  #isDue = false;
  readonly #timer = setInterval(() => this.#tell(), DELTAS_EVERY);

  readonly sent = (index: number): void => {
    this.#begun.push(index);
    this.#tellSoon();
  };

  readonly deltas = (count: number): void => void (this.#deltas += count);

  readonly ended = (record: RequestRecord): void => {
    this.#ended.push(record);
    this.#tellSoon();
  };

  readonly recordingFailed = (message: string): void => void this.#recordingErrors.push(message);

  end(): void {
    clearInterval(this.#timer);
    this.#tell();
  }

  #tellSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    setImmediate(() => this.#tell());
  }

  #tell(): void {
    this.#isDue = false;
    const [begun, deltas, ended] = [this.#begun, this.#deltas, this.#ended];
    const recordingErrors = this.#recordingErrors;
    if (begun.length + deltas + ended.length + recordingErrors.length === 0) return;
    this.#begun = [];
    this.#deltas = 0;
    this.#ended = [];
    this.#recordingErrors = [];
    tell({ kind: "progress", begun, deltas, ended, recordingErrors });
  }
}

/** Several runs may follow each other: the connections stay warm. */
async function carryOut(given: Extract<ToWorker, { kind: "share" }>) {
  const { spec, key, start, share } = given;
  places = given.asksForPlaces ? new AskedPlaces(tell) : null;
  stopSending = new AbortController();
  stopNow = new AbortController();
  currentKey = key === null ? null : new Secret(key);
  const report = new Report();
  const { unsent, lag, stamps } = await runShare(spec, {
    key: currentKey,
    clock: epochClock,
    start,
    share,
    places: places ?? undefined,
    stopSending: stopSending.signal,
    stopNow: stopNow.signal,
    observer: report,
  });
  report.end();
  tell({ kind: "done", unsent, lag, stamps });
}

/** The run is told, and ends this process: what it has sent so far still arrives. */
function fail(error: unknown): void {
  const words = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  tell({ kind: "failed", message: SecretMask.of(currentKey).text(words) });
}

process.on("SIGINT", () => {}).on("SIGTERM", () => {});
process.on("disconnect", () => process.exit());
process.on("uncaughtException", fail).on("unhandledRejection", fail);
process.on("message", (message: ToWorker) => {
  if (message.kind === "stop_sending") stopSending.abort();
  else if (message.kind === "stop_now") stopNow.abort();
  else if (message.kind === "place") places?.granted(message.id);
  else if (message.kind === "ping") tell({ kind: "pong", now: epochClock() });
  else carryOut(message).catch(fail);
});
tell({ kind: "ready" });
