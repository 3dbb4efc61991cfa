import type { Bilingual } from "../../base/message.ts";
import type { DefinitionName, Metric } from "../../measure/definitions/figures.ts";
import type { Column, SideBySide } from "../../measure/definitions/side_by_side.ts";
import { formatTime } from "../../text/units.ts";
import * as sentences from "./difference_sentences.ts";
import type { Told } from "./difference_sentences.ts";
import { notGiven } from "./not_given.ts";

/** Something in which tools differ from us, seen in these streams. */
export interface Difference {
  readonly code: string;
  readonly tools: readonly DefinitionName[];
  readonly message: Bilingual;
}

/** A cause why a tool has another value of a metric, and the tools that have it. */
interface Cause {
  readonly code: string;
  readonly metric: Metric;
  /** Ours that it is held against. Default: the same. */
  readonly against?: Metric;
  readonly tools: readonly DefinitionName[];
  /** Where the value may only lie to one side of ours. */
  readonly side?: "less" | "more";
  readonly sentence: (told: Told) => Bilingual;
}

const CAUSES: readonly Cause[] = [
  {
    code: "starts_at_choices",
    metric: "ttft",
    side: "less",
    tools: ["vllm", "evalscope"],
    sentence: sentences.startsAtChoices,
  },
  {
    code: "starts_at_any_chunk",
    metric: "ttft",
    side: "less",
    tools: ["otel"],
    sentence: sentences.startsAtAnyChunk,
  },
  {
    code: "starts_without_tool_calls",
    metric: "ttft",
    side: "more",
    tools: ["sglang"],
    sentence: sentences.startsWithoutToolCalls,
  },
  {
    code: "starts_at_answer",
    metric: "ttft",
    side: "more",
    tools: ["inference-perf"],
    sentence: sentences.startsAtAnswer,
  },
  {
    code: "gaps_between_choices",
    metric: "itl",
    tools: ["vllm", "evalscope"],
    sentence: sentences.gapsBetweenChoices,
  },
  {
    code: "gaps_without_tool_calls",
    metric: "itl",
    tools: ["sglang"],
    sentence: sentences.gapsWithoutToolCalls,
  },
  {
    code: "one_itl_for_each_request",
    metric: "itl",
    tools: ["aiperf", "guidellm"],
    sentence: sentences.oneItlForEachRequest,
  },
  {
    code: "gaps_between_any_chunks",
    metric: "icl",
    against: "itl",
    tools: ["otel"],
    sentence: sentences.gapsBetweenAnyChunks,
  },
  {
    code: "tpot_by_own_ends",
    metric: "tpot",
    tools: ["vllm", "evalscope", "sglang"],
    sentence: sentences.tpotByOwnEnds,
  },
  {
    code: "tpot_with_ttft",
    metric: "tpot",
    tools: ["guidellm"],
    sentence: sentences.tpotWithTtft,
  },
  {
    code: "tpot_of_answer_text",
    metric: "tpot",
    tools: ["inference-perf"],
    sentence: sentences.tpotOfAnswerText,
  },
  {
    code: "ends_at_choices",
    metric: "e2e",
    side: "more",
    tools: ["vllm"],
    sentence: sentences.endsAtChoices,
  },
  {
    code: "ends_at_last_event",
    metric: "e2e",
    side: "more",
    tools: ["evalscope"],
    sentence: sentences.endsAtLastEvent,
  },
  {
    code: "ends_at_done",
    metric: "e2e",
    side: "more",
    tools: ["guidellm", "sglang"],
    sentence: sentences.endsAtDone,
  },
  {
    code: "ends_with_body",
    metric: "e2e",
    side: "more",
    tools: ["inference-perf", "otel"],
    sentence: sentences.endsWithBody,
  },
];

/**
 * In what the tools differ from us in these streams, one for each cause; a difference that does not show in what is printed
 * is none. Then what cannot be given, and why.
 *
 * @example
 * ```ts
 * differencesOf(sideBySide(records, definitionsNamed(["vllm"])))[0]?.code; // "starts_at_choices"
 * ```
 */
export function differencesOf(side: SideBySide): Difference[] {
  const [ours, ...others] = side.columns;
  if (ours === undefined || side.streams === 0) return [];
  const causes = CAUSES.flatMap((cause) => {
    const told = others.filter(({ definition }) => isAmong(cause.tools, definition?.name));
    const differing = told.filter((column) => differs(column, { ours, cause, side }));
    if (differing.length === 0) return [];
    return [
      difference(cause.code, differing, cause.sentence(toldOf(differing, { ours, cause, side }))),
    ];
  });
  return [...causes, ...othersOf(side, { ours, others })];
}

function isAmong(names: readonly DefinitionName[], name: DefinitionName | undefined): boolean {
  return name !== undefined && names.includes(name);
}

function difference(code: string, columns: readonly Column[], message: Bilingual): Difference {
  const tools = columns.flatMap(({ definition }) => (definition === null ? [] : [definition.name]));
  return { code, tools, message };
}

interface Compared {
  readonly ours: Column;
  readonly cause: Cause;
  readonly side: SideBySide;
}

function differs(column: Column, { ours, cause }: Compared): boolean {
  const { metric, against = metric } = cause;
  const [theirs, own] = [valueIn(column, metric), valueIn(ours, against)];
  if (theirs === null || own === null) return false;
  if (cause.side === "less" && theirs >= own) return false;
  if (cause.side === "more" && theirs <= own) return false;
  const isOne = metric === "itl" && cause.code === "one_itl_for_each_request";
  const hasGaps = !isOne && (metric === "itl" || metric === "icl");
  if (hasGaps && countIn(column, metric) !== countIn(ours, against)) return true;
  return formatTime(theirs) !== formatTime(own);
}

/** The same samples, as their mean tells, and another median. */
function hasOtherPercentile({ definition, cells }: Column, ours: Column): boolean {
  if (definition?.percentiles !== "nearest_rank") return false;
  return (["ttft", "e2e"] as const).some((metric) => {
    const [theirs, own] = [cells[metric], ours.cells[metric]];
    if (theirs.kind !== "value" || own.kind !== "value") return false;
    const isSame = formatTime(theirs.mean) === formatTime(own.mean);
    return isSame && formatTime(theirs.p50) !== formatTime(own.p50);
  });
}

function titlesOf(columns: readonly Column[]): string[] {
  return columns.map(({ definition }) => definition?.title ?? "");
}

function toldOf(differing: readonly Column[], { ours, cause, side }: Compared): Told {
  const { metric, against = metric } = cause;
  return {
    titles: titlesOf(differing),
    values: differing.map((column) => formatTime(valueIn(column, metric))),
    counts: differing.map((column) => countIn(column, metric)),
    ours: formatTime(valueIn(ours, against)),
    oursCount: countIn(ours, against),
    isAlone: side.streams === 1,
  };
}

/** Means are compared: percentiles are taken in several ways. */
function valueIn({ cells }: Column, metric: Metric): number | null {
  const cell = cells[metric];
  return cell.kind === "value" ? cell.mean : null;
}

function countIn({ cells }: Column, metric: Metric): number {
  const cell = cells[metric];
  return cell.kind === "value" ? cell.count : 0;
}

function othersOf(
  { streams }: SideBySide,
  { ours, others }: { readonly ours: Column; readonly others: readonly Column[] },
): Difference[] {
  // Each sentence has one count.
  const cut = Map.groupBy(
    others.filter(({ requests }) => requests > ours.requests),
    ({ requests, definition }) => `${requests} ${definition?.takesErrorEvents === true}`,
  );
  const zero = others.filter(
    ({ definition, figures }) =>
      definition?.name === "evalscope" && figures.some(({ tpot }) => tpot === 0),
  );
  const few = others.filter(({ cells }) => cells.ttft.kind === "value" && cells.ttft.p99 !== null);
  const hasNoP99 = streams > 1 && ours.requests < 100;
  const nearest = others.filter((column) => hasOtherPercentile(column, ours));
  const byEvents = others.filter(({ figures }) =>
    figures.some(({ tokenSource }) => tokenSource === "events"),
  );
  return [
    ...(zero.length > 0 ? [difference("tpot_of_one_token", zero, sentences.tpotOfOneToken())] : []),
    ...(byEvents.length > 0
      ? [difference("counts_chunks", byEvents, sentences.countsChunks(titlesOf(byEvents)))]
      : []),
    ...[...cut.values()].map((columns) =>
      difference(
        "takes_cut_streams",
        columns,
        sentences.takesCutStreams(titlesOf(columns), {
          theirs: columns[0]?.requests ?? 0,
          ours: ours.requests,
          withErrors: columns[0]?.definition?.takesErrorEvents === true,
        }),
      ),
    ),
    ...(nearest.length > 0
      ? [difference("nearest_rank", nearest, sentences.nearestRank(titlesOf(nearest)))]
      : []),
    ...(hasNoP99 && few.length > 0
      ? [difference("p99_of_few", few, sentences.p99OfFew(titlesOf(few), ours.requests))]
      : []),
    ...others.flatMap((column) =>
      notGiven(column).map(({ code, message }) => difference(code, [column], message)),
    ),
  ];
}
