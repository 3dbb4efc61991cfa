import { makeHarmless } from "../text/terminal_text.ts";
import { encodeGaps } from "./gap_code.ts";
import { endOf } from "./over_time.ts";
import type { RequestColumns, StreamText } from "./page_data.ts";
import type { ReportedRun } from "./page_input.ts";

/** So many gaps are in a page at most: each takes about three bytes, and a page has to open. */
export const MOST_GAPS_ON_PAGE = 2_000_000;

/** So many characters of each stream are in a page at most. */
export const MOST_TEXT = 20_000;
/** So many of all streams. */
const MOST_TEXT_ON_PAGE = 10_000_000;

/** The columns of a run, and what is not in them. */
export interface Columns {
  readonly requests: RequestColumns;
  /** Requests whose gaps were left out, since there are too many. */
  readonly withoutGaps: number;
  /** Requests with texts that were cut or left out. */
  readonly withoutText: number;
}

/**
 * The requests of a run as a page has them. Of the gaps those of every request are kept where `gaps` are enough, else those
 * of every second, third … one.
 */
export function requestColumns(
  { result, names, streams }: ReportedRun,
  { most }: { /** Gaps that may be kept. */ readonly most: number },
): Columns {
  const { requests } = result;
  const counts = requests.map(({ itl_us: gaps }) => gaps?.length ?? -1);
  const all = counts.reduce((sum, count) => sum + Math.max(0, count), 0);
  const every = Math.max(1, Math.ceil(all / Math.max(1, most)));
  const kept = counts.map((count, at) => (at % every === 0 ? count : -1));
  const errors = new Map<string, number>();
  const texts = textsOf(streams ?? []);
  const columns: RequestColumns = {
    name: requests.map(({ index }, at) => makeHarmless(names?.[at] ?? String(index))),
    sent: requests.map(({ sent_ms: sent }) => micros(sent)),
    ttft: requests.map(({ ttft_ms: ttft }) => microsOrNull(ttft)),
    e2e: requests.map(({ e2e_ms: e2e }) => microsOrNull(e2e)),
    tpot: requests.map(({ tpot_ms: tpot }) => microsOrNull(tpot)),
    end: requests.map((request) => {
      const end = endOf(request);
      return end === null ? null : micros(end - request.sent_ms);
    }),
    outcome: requests.map(({ outcome }) => outcome),
    tokens: requests.map(({ usage }) => usage?.completion_tokens ?? null),
    deltas: requests.map(({ deltas }) => deltas),
    stalls: requests.map(({ stalls }) => stalls.count),
    error: requests.map(({ error }) => {
      if (error === null) return -1;
      const marks = [error.kind, error.status, error.code].filter((mark) => mark !== null);
      const words = makeHarmless(`${error.message} (${marks.join(", ")})`);
      if (!errors.has(words)) errors.set(words, errors.size);
      return errors.get(words) ?? -1;
    }),
    errors: [...errors.keys()],
    kept,
    gaps: encodeGaps(
      requests.flatMap(({ itl_us: gaps }, at) => ((kept[at] ?? -1) > 0 ? (gaps ?? []) : [])),
    ),
    kinds: requests.map((_, at) => ((kept[at] ?? -1) < 0 ? null : (streams?.[at]?.kinds ?? null))),
    text: requests.map((_, at) => texts[at] ?? null),
  };
  return {
    requests: columns,
    withoutGaps: kept.filter((count, at) => count < 0 && (counts[at] ?? -1) >= 0).length,
    withoutText: texts.filter((text) => (text?.leftOut ?? 0) > 0).length,
  };
}

function textsOf(streams: NonNullable<ReportedRun["streams"]>): (StreamText | null)[] {
  let room = MOST_TEXT_ON_PAGE;
  return streams.map((stream) => {
    const text = stream?.text ?? null;
    if (text === null) return null;
    let left = Math.min(MOST_TEXT, room);
    const before = left;
    let leftOut = text.leftOut;
    const part = (words: string): string => {
      const cut = cutWhole(words, left);
      left -= cut.length;
      leftOut += words.length - cut.length;
      return makeHarmless(cut);
    };
    const kept = {
      answer: part(text.answer),
      reasoning: part(text.reasoning),
      tools: text.tools.map(part).filter((tool) => tool !== ""),
    };
    room -= before - left;
    return { ...kept, leftOut };
  });
}

/** Half of a character is none. */
function cutWhole(text: string, most: number): string {
  const cut = text.slice(0, most);
  return cut.length < text.length ? cut.replace(/[\ud800-\udbff]$/, "") : cut;
}

function micros(ms: number): number {
  return Math.round(ms * 1000);
}

function microsOrNull(ms: number | null): number | null {
  return ms === null ? null : micros(ms);
}
