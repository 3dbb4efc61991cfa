/**
 * A worker process of a run. It is started with a raised limit of requests at once, gets its share over IPC (so that
 * the key is in no argument and no file), and reports what it does. The run's own process decides when to stop:
 * Ctrl-C, which a terminal gives to every process, is not for it, and neither is the SIGTERM that `timeout` gives to
 * all of them. Without its run's process it ends.
 *
 * @module
 */

import { epochClock } from "../wire/clock.ts";
import { Secret } from "../wire/secret.ts";
import { runPart } from "./part.ts";
import type { ToRun, ToWorker } from "./worker_messages.ts";

const REPORT_EVERY = 100;

let stopSending = new AbortController();
let stopNow = new AbortController();

function tell(message: ToRun): void {
  process.send?.(message);
}

/** Several runs may follow each other: the connections stay warm. */
async function work({ spec, key, start, share }: Extract<ToWorker, { kind: "work" }>) {
  stopSending = new AbortController();
  stopNow = new AbortController();
  let counts = { sent: 0, deltas: 0 };
  let ended: Extract<ToRun, { kind: "progress" }>["ended"][number][] = [];
  const report = (): void => {
    if (counts.sent + counts.deltas + ended.length === 0) return;
    tell({ kind: "progress", ...counts, ended });
    counts = { sent: 0, deltas: 0 };
    ended = [];
  };
  const timer = setInterval(report, REPORT_EVERY);
  const { records: _, ...rest } = await runPart(spec, {
    key: key === null ? null : new Secret(key),
    clock: epochClock,
    start,
    share,
    stopSending: stopSending.signal,
    stopNow: stopNow.signal,
    observer: {
      sent: () => void counts.sent++,
      deltas: (count) => void (counts.deltas += count),
      ended: (record) => void ended.push(record),
    },
  });
  clearInterval(timer);
  report();
  tell({ kind: "done", ...rest });
}

process.on("SIGINT", () => {}).on("SIGTERM", () => {});
process.on("disconnect", () => process.exit());
process.on("message", (message: ToWorker) => {
  if (message.kind === "stop_sending") stopSending.abort();
  else if (message.kind === "stop_now") stopNow.abort();
  else void work(message);
});
tell({ kind: "ready" });
