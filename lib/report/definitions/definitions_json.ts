import type { Language } from "../../base/message.ts";
import type { Metric } from "../../measure/definitions/figures.ts";
import type { Cell, Column, SideBySide } from "../../measure/definitions/side_by_side.ts";
import { toMilliseconds } from "../../text/units.ts";
import { differencesOf } from "./differences.ts";

const FIELDS: Readonly<Record<Exclude<Metric, "runRate">, string>> = {
  ttft: "ttft_ms",
  firstAnswer: "ttfa_ms",
  itl: "itl_ms",
  icl: "icl_ms",
  tpot: "tpot_ms",
  ntpot: "ntpot_ms",
  e2e: "e2e_ms",
  tokens: "output_tokens",
  rate: "output_tokens_per_second",
};

const RUN_RATE = "run_output_tokens_per_second";

/**
 * The block `definitions` of `--json`: for each tool its version, how many streams it sums up, and each metric with
 * `count`, `mean`, `p50` and `p99`; `null` where it has none, or where it cannot be given, which `cannot_be_given` names.
 * Times are in milliseconds.
 */
export function definitionsJson(side: SideBySide, language: Language): Record<string, unknown> {
  return {
    streams: side.streams,
    tools: Object.fromEntries(
      side.columns.map((column) => [column.definition?.name ?? "streamgauge", columnJson(column)]),
    ),
    differences: differencesOf(side).map(({ code, tools, message }) => ({
      code,
      tools,
      message: message[language],
    })),
  };
}

function columnJson({ definition, requests, cells, figures }: Column): Record<string, unknown> {
  // Where some have no count, and others do, the former are left out.
  const counted = figures.filter(({ tokens }) => tokens !== null || cells.tokens.kind !== "value");
  const sources = [...new Set(counted.map(({ tokenSource }) => tokenSource))];
  const names = Object.entries(FIELDS) as [Exclude<Metric, "runRate">, string][];
  const unknown = [...names, ["runRate", RUN_RATE] as const].filter(
    ([metric]) => cells[metric].kind === "unknown",
  );
  const { runRate } = cells;
  return {
    version: definition?.version ?? null,
    requests,
    token_sources: sources.filter((source) => source !== null),
    ...Object.fromEntries(names.map(([metric, name]) => [name, cellJson(cells[metric], metric)])),
    [RUN_RATE]: runRate.kind === "value" ? runRate.mean : null,
    cannot_be_given: unknown.map(([, name]) => name),
  };
}

function cellJson(cell: Cell, metric: Metric): Record<string, number | null> | null {
  if (cell.kind !== "value") return null;
  const { count, mean, p50, p99 } = cell;
  const isTime = metric !== "tokens" && metric !== "rate";
  const inUnit = (value: number | null): number | null => (isTime ? toMilliseconds(value) : value);
  return { count, mean: inUnit(mean), p50: inUnit(p50), p99: inUnit(p99) };
}
