/**
 * A thread that reads files for a report of several, one after the other.
 *
 * @module
 */

import { summaryOf } from "./file_summary.ts";
import type { FromSummaryThread, ToSummaryThread } from "./summary_threads.ts";

declare const self: Worker;

function tell(message: FromSummaryThread): void {
  // oxlint-disable-next-line require-post-message-target-origin -- a thread has none
  self.postMessage(message);
}

self.addEventListener("message", ({ data }: MessageEvent<ToSummaryThread>) => {
  const { place, path, reading } = data;
  summaryOf(path, reading).then(
    (summary) => tell({ place, summary }),
    (error: unknown) => tell({ place, fault: String(error) }),
  );
});
