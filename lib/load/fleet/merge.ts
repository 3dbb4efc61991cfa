import { largestOffset } from "../../measure/clock_offset.ts";
import type { ShareResult } from "../run_share.ts";
import type { MemberEnd, MemberRun } from "./member_run.ts";

/** What a worker did of a run, and how it ended. */
export interface EndedMember {
  readonly run: MemberRun;
  readonly end: MemberEnd;
}

/**
 * One result of what the workers of a run did: raw records together, as if one machine had made them. What came of a worker
 * that was lost is in it, and what is missing of it.
 */
export function merged(
  ended: readonly EndedMember[],
  { isStopped }: { readonly isStopped: boolean },
): ShareResult {
  const results = ended.flatMap(({ end }) => (end.kind === "done" ? [end.news.result] : []));
  const deaths = ended.flatMap(({ run, end }) => run.death(end, { isStopped }) ?? []);
  return {
    records: ended.flatMap(({ run }) => run.records),
    unsent: results.reduce((sum, { unsent }) => sum + unsent, 0),
    lag: results.flatMap(({ lag }) => lag),
    recordingErrors: results.flatMap(({ recordingErrors }) => recordingErrors),
    stamps: results.flatMap(({ stamps }) => stamps),
    deaths: [...results.flatMap((result) => result.deaths), ...deaths],
    clockOffset: largestOffset(results.map(({ clockOffset }) => clockOffset)),
    workers: ended.map(({ run, end }) => run.facts(end)),
  };
}
