import type { Micros } from "../base/time.ts";
import type { RequestRecord } from "./request_record.ts";

/** The run's window: from the first send to the last close, in µs. 0 without requests. */
export function windowOf(records: readonly Pick<RequestRecord, "sent" | "ended">[]): Micros {
  let first = Infinity;
  let last = 0;
  for (const { sent, ended } of records) {
    first = Math.min(first, sent);
    last = Math.max(last, ended);
  }
  return records.length === 0 ? 0 : last - first;
}
