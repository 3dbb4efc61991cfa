import type { Micros } from "../base/time.ts";

/**
 * A piece: the text that one read of the response body gave, and when.
 * It may hold half an event or ten. `at` is `null` only when the text comes from a file without times.
 */
export interface TimedText {
  readonly text: string;
  readonly at: Micros | null;
}
