import type { ResultRequest } from "../run/result.ts";
import { differing, type ExportedRun, originOf } from "./exported_run.ts";

type Cell = string | number | boolean | null | undefined;

/** The columns, with the unit in the name, in their order. */
const COLUMNS = {
  sent_ms: (request) => (hasTimes(request) ? request.sent_ms : null),
  scheduled_ms: ({ scheduled_ms: scheduled }) => scheduled,
  wait_ms: ({ wait_ms: wait }) => wait,
  ended_ms: ({ ended_ms: ended }) => ended,
  outcome: ({ outcome }) => outcome,
  ttft_ms: ({ ttft_ms: ttft }) => ttft,
  ttfa_ms: ({ ttfa_ms: ttfa }) => ttfa,
  tpot_ms: ({ tpot_ms: tpot }) => tpot,
  e2e_ms: ({ e2e_ms: e2e }) => e2e,
  closed_ms: ({ closed_ms: closed }) => closed,
  output_tokens_per_second: ({ output_tokens_per_second: rate }) => rate,
  deltas: ({ deltas }) => deltas,
  stalls: ({ stalls }) => stalls.count,
  longest_stall_ms: ({ stalls }) => stalls.longest_ms,
  prompt_tokens: ({ usage }) => usage?.prompt_tokens,
  completion_tokens: ({ usage }) => usage?.completion_tokens,
  reasoning_tokens: ({ usage }) => usage?.reasoning_tokens,
  cached_tokens: ({ usage }) => usage?.cached_tokens,
  resent: ({ resent = false }) => resent,
  notes: ({ notes = [] }) => notes.join(" "),
  error_kind: ({ error }) => error?.kind,
  error_status: ({ error }) => error?.status,
  error_code: ({ error }) => error?.code,
  error_message: ({ error }) => error?.message,
} as const satisfies Readonly<Record<string, (request: ResultRequest) => Cell>>;

/**
 * Requests as CSV (RFC 4180): a line for each, under a line with the names of the columns; what does not exist is empty. Runs
 * of several models or endpoints have `model` and `base_url` as their last columns. No
 * cell is a formula: a text that a spreadsheet would take for one begins with `'`, which spreadsheets do not show.
 *
 * @example
 * ```ts
 * requestsCsv([]).split(",").slice(0, 3); // ["run", "request", "sent_ms"]
 * ```
 */
export function requestsCsv(runs: readonly ExportedRun[]): string {
  const origins = differing(runs);
  const head = ["run", "request", ...Object.keys(COLUMNS), ...origins];
  const lines = runs.flatMap(({ label, result, names }) =>
    result.requests.map((request, at) => {
      const cells = Object.values(COLUMNS).map((column): Cell => column(request));
      const origin = origins.map((name): Cell => originOf(result, name));
      return [label, names?.[at] ?? request.index, ...cells, ...origin];
    }),
  );
  return [head, ...lines].map((cells) => `${cells.map(cellText).join(",")}\r\n`).join("");
}

/** A transcript may have none. */
function hasTimes(request: ResultRequest): boolean {
  const { ended_ms: ended, closed_ms: closed, ttft_ms: ttft } = request;
  return ended !== undefined || closed !== null || ttft !== null;
}

/** What begins a formula, in some spreadsheet or other, also behind blanks, and in full width. */
const FORMULA = /^[\s\u0000-\u001f]*[=+\-@\uff1d\uff0b\uff0d\uff20]|^[\t\r\n]/;

function cellText(cell: Cell): string {
  if (cell === null || cell === undefined) return "";
  if (typeof cell !== "string") return String(cell);
  const harmless = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n\t;]|^\s|\s$/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
