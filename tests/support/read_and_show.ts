import { CompletionReader, type ReaderOptions } from "../../lib/chat/completion_reader.ts";
import type { Arrival, Reading } from "../../lib/chat/reading.ts";
import { requestMetrics } from "../../lib/measure/metrics.ts";
import { judge } from "../../lib/measure/outcome.ts";
import { notesOf } from "../../lib/report/request/notes.ts";
import { resultJson } from "../../lib/report/request/result_json.ts";
import { renderArrival } from "../../lib/report/request/wire_view.ts";

/** Reads a body to the end and shows it in every way, as a script would. */
export function readAndShow(
  texts: readonly string[],
  { status = 200, ...options }: ReaderOptions & { readonly status?: number } = {},
): Reading & { readonly arrivals: readonly Arrival[] } {
  const reader = new CompletionReader(options);
  reader.begin(status);
  const arrivals: Arrival[] = [];
  try {
    for (const text of texts) for (const one of reader.push({ text, at: 1 })) arrivals.push(one);
  } catch (error) {
    // The one exception that the reader promises.
    if (!(error instanceof RangeError) || !error.message.startsWith("Cannot ")) throw error;
  }
  for (const one of reader.end(2)) arrivals.push(one);
  const reading = reader.result();
  const verdict = judge({ kind: "ended", status }, reading.facts);
  const result = { verdict, reading, head: null, attempts: 1 };
  const metrics = requestMetrics(reading.timeline, { stall: 1 });
  JSON.stringify(resultJson(result, { metrics, language: "en" }));
  notesOf(result);
  const view = { width: 80, whole: false, language: "en" } as const;
  for (const arrival of arrivals.slice(0, 100)) renderArrival(arrival, view);
  return { ...reading, arrivals };
}
