import { cachedShare } from "../../measure/cached_share.ts";
import { distributionOf } from "../../measure/distribution.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import type { RequestRecord } from "../../measure/request_record.ts";
import { isFirstTurn } from "../../measure/turns.ts";
import type { Message } from "../../base/message.ts";
import * as says from "./cache_warning_texts.ts";

/** Up to this share, what comes out of a cache is not worth a warning. */
const FEW = 0.05;

/** A cache that nobody asked for: by the endpoint's counts, or by the times where it gives none. */
export function cacheHits({ records, asked }: FinishedRun): Message | null {
  if (asked.cache !== "unique") return null;
  // Behind its first turn a conversation is meant to come out of the cache.
  const share = cachedShare(records.filter(isFirstTurn));
  if (share !== null) return share > FEW ? says.cacheHits(share) : null;
  const complete = records.filter(({ outcome }) => outcome === "complete");
  return repeatedSooner(complete, asked.prompts);
}

/** So far from what was asked for the cache gave more, or less, than is explained by its blocks. */
const CACHE_MISSED = 0.05;

/** What came out of the cache, where it is not what was asked for. */
export function cacheShareMissed({
  asked: { cachedShare: wanted },
  summary,
}: FinishedRun): Message | null {
  if (wanted === undefined) return null;
  const { cachedShare: reported } = summary;
  if (reported === null) return says.cacheNotCounted();
  const isMissed = Math.abs(reported - wanted) > CACHE_MISSED;
  return isMissed ? says.cacheShareMissed(reported, { wanted }) : null;
}

/** Fewer prompts than this, asked for the first time or again, do not tell whether a cache answers. */
const REPEATS_FOR_CACHE = 10;
/** So much sooner, as a share, a cache answers clearly: half of what are asked again are, than any of the first. */
const CLEARLY_SOONER = 0.4;

/**
 * Where the endpoint counts no cached tokens, prompts of a list that come round again tell: it is a cache, and not chance,
 * when their median TTFT is shorter by 40 %, and than that of every prompt asked for the first time.
 */
function repeatedSooner(
  complete: readonly RequestRecord[],
  prompts: number | undefined,
): Message | null {
  if (prompts === undefined) return null;
  const alone = complete.filter(({ turn }) => turn === undefined);
  const [first, again] = [
    alone.filter(({ index }) => index < prompts),
    alone.filter(({ index }) => index >= prompts),
  ].map((records) => distributionOf(records.map(({ metrics }) => metrics.ttft)));
  if (first === undefined || again === undefined) return null;
  if (Math.min(first.count, again.count) < REPEATS_FOR_CACHE) return null;
  const [before, after] = [first.p50 ?? 0, again.p50 ?? 0];
  const isSooner = after < before * (1 - CLEARLY_SOONER) && after < (first.min ?? 0);
  return isSooner ? says.repeatedSooner(1 - after / before) : null;
}
