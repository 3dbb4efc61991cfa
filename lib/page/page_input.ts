import type { Bilingual, Language } from "../base/message.ts";
import type { JsonObject } from "../base/json.ts";
import type { ExportedSearch } from "../report/export/exported_run.ts";
import type { ResultRun, ResultWarning } from "../report/run/result.ts";
import type { StreamText } from "./page_data.ts";

/** What a recording knows of a stream that a result does not. */
export interface RecordedStream {
  /** As {@linkcode RequestColumns.kinds}. */
  readonly kinds: string | null;
  /** `null`: not to be shown. */
  readonly text: StreamText | null;
}

/** One run, or recorded streams that belong to none, with what it is called. */
export interface ReportedRun {
  readonly label: string;
  /** What the result is called that it belongs to, as no other one is; `null`: there is no other. */
  readonly resultName: string | null;
  /** Where it comes from: a file, a folder; `null` for a run that has just ended. */
  readonly source: string | null;
  /** `files`: streams that were recorded one by one. There is no time that they share, and no load. */
  readonly kind: "run" | "files";
  readonly result: ResultRun;
  /** What each request is called; `null`: by its index. */
  readonly names: readonly string[] | null;
  /** By the place of the request in the result; `null`: nothing was recorded. */
  readonly streams: readonly (RecordedStream | null)[] | null;
  readonly calibration: JsonObject | null;
}

/** A table that others made: a comparison, the numbers as other tools define them. */
export interface PageTable {
  readonly title: Bilingual;
  /** What is to be known before its numbers are trusted; stands above it. Default: nothing. */
  readonly warnings?: readonly ResultWarning[];
  /** Stand below the table, each on a line. */
  readonly notes: readonly Bilingual[];
  readonly headings: readonly Bilingual[];
  readonly rows: readonly (readonly (string | number | null)[])[];
}

/** Everything that a report is made of. */
export interface ReportInput {
  readonly runs: readonly ReportedRun[];
  readonly searches: readonly ExportedSearch[];
  /** What is to be said about all of it: streams that could not be read, a run that was cut short. */
  readonly notes: readonly Bilingual[];
  readonly tables: readonly PageTable[];
  readonly language: Language;
}
