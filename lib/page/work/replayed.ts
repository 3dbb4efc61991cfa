import { percentile } from "../../measure/distribution.ts";
import { replayedTokensTexts } from "../../report/run/replayed_texts.ts";
import type { ResultReplay, ResultRun } from "../../report/run/result.ts";
import { formatCount } from "../../text/amounts.ts";
import { inTime } from "../cards.ts";
import { html } from "../markup.ts";
import { timeCell } from "../overview.ts";
import type { BarChart, LineChart } from "../page_data.ts";
import { chartsOf, type Part, type PartOptions, renderFigures, renderPart } from "../part.ts";
import { type Cell, renderNumbers, renderTable, type Table } from "../tables.ts";
import { stepRows } from "../step_rows.ts";
import { coarser, inSteps, stepStarts, type TimeFrame } from "../time_frame.ts";

/** How a run sent the recorded traffic again: what, when, how long; `null` of any other run. */
export function replayedPart(
  run: ResultRun,
  { id, language, frame }: PartOptions & { readonly frame: TimeFrame | null },
): Part | null {
  const { replay, requests } = run;
  if (replay === undefined) return null;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const late = frame === null ? null : lateness(run, { frame, language });
  const tokens = tokenBars(replay, language);
  const { prompt_tokens: prompt, output_tokens: output } = replay;
  const lateCaption = t(
    "How late requests were sent, by when they were due",
    "请求发送的延迟（按计划时刻）",
  );
  const texts = replayedTokensTexts({ prompt, output, requests: requests.length });
  const markup = renderPart(
    { id: `${id}-replayed`, title: t("The recorded traffic", "录制的流量") },
    [
      html`<ul class="notes">
        ${texts.map((words) => html`<li>${words[language]}</li>`)}
      </ul>`,
      renderTable(recordedTable(run, { replay, language })),
      renderFigures([
        [t("Tokens, recorded and sent", "录制与发送的 token"), tokens],
        [lateCaption, late],
      ]),
      late !== null &&
        renderNumbers(
          {
            caption: lateCaption,
            headings: [t("from", "从"), ...late.lines.map(({ name }) => name)],
            rows: stepRows(late, inTime),
          },
          language,
        ),
    ],
  );
  return { markup, charts: chartsOf({ lines: [late], bars: [tokens] }) };
}

function recordedTable(
  run: ResultRun,
  { replay, language }: Pick<PartOptions, "language"> & { readonly replay: ResultReplay },
): Table {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const { prompt_tokens: prompt, output_tokens: output } = replay;
  const wait = run.summary.wait_ms;
  return {
    caption: t("Recorded and sent", "录制与发送"),
    headings: ["", t("recorded", "录制"), t("sent", "发送")],
    rows: [
      row(t("requests", "请求"), [countCell(replay.requests), countCell(run.requests.length)]),
      row(t("conversations", "对话"), [countCell(replay.sessions), ""]),
      row(t("tokens in", "输入 token"), [
        countCell(prompt?.recorded ?? null),
        countCell(prompt?.sent ?? null),
      ]),
      row(t("tokens out", "输出 token"), [
        countCell(output?.recorded ?? null),
        countCell(output?.sent ?? null),
      ]),
      row(t("from the first request to the last", "从首个请求到末个请求"), [
        timeCell(replay.span_ms),
        timeCell(spanOf(run)),
      ]),
      ...(wait === undefined || wait.count === 0
        ? []
        : [
            row(t("sent late, median", "发送延迟，中位数"), ["", timeCell(wait.p50)]),
            row(t("sent late, at most", "发送延迟，最大"), ["", timeCell(wait.max)]),
          ]),
    ],
  };
}

/** From the first request that was sent to the last, in ms. */
function spanOf({ requests }: ResultRun): number | null {
  if (requests.length === 0) return null;
  const sent = requests.map(({ sent_ms: ms }) => ms).toSorted((a, b) => a - b);
  return (sent.at(-1) ?? 0) - (sent[0] ?? 0);
}

function row(name: string, cells: readonly [recorded: Cell, sent: Cell]): Cell[] {
  return [name, ...cells];
}

function countCell(count: number | null): Cell {
  return { value: count, shown: formatCount(count) };
}

/** Of the requests that were due in each step: the median, and the latest. `null` where none was due at a time. */
function lateness(
  { requests }: ResultRun,
  { frame, language }: Pick<PartOptions, "language"> & { readonly frame: TimeFrame },
): LineChart | null {
  const steps = coarser(frame);
  const starts = stepStarts(steps);
  const known = inSteps(requests, steps, ({ scheduled_ms: due }) => due).flatMap((due, index) => {
    const waits = due.flatMap(({ wait_ms: wait }) => wait ?? []).toSorted((a, b) => a - b);
    return waits.length === 0 ? [] : [{ at: starts[index] ?? 0, waits }];
  });
  if (known.length === 0) return null;
  const at = known.map((step) => step.at);
  const most = { en: "at most", zh: "最大" }[language];
  return {
    name: "lateness",
    across: "time",
    up: "time",
    level: null,
    end: frame.end,
    lines: [
      { name: "p50", at, values: known.map(({ waits }) => percentile(waits, 50)), color: 0 },
      {
        name: most,
        at,
        values: known.map(({ waits }) => waits.at(-1) ?? null),
        color: 1,
        isDashed: true,
      },
    ],
  };
}

function tokenBars(
  { prompt_tokens: prompt, output_tokens: output }: ResultReplay,
  language: PartOptions["language"],
): BarChart | null {
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const sorts = [
    [prompt, t("in", "输入")],
    [output, t("out", "输出")],
  ] as const;
  const bars = sorts.flatMap(([tokens, name]): BarChart["bars"][number][] => {
    if (tokens === null) return [];
    return [
      [t("recorded", "录制"), tokens.recorded, "recorded"] as const,
      [t("sent", "发送"), tokens.sent, "sent"] as const,
    ].map(([what, value, tone]) => {
      const label = `${name}${{ en: ", ", zh: "，" }[language]}${what}`;
      return { label, parts: [{ label, value, shown: formatCount(value), tone }] };
    });
  });
  return bars.length === 0 ? null : { name: "replayed-tokens", bars };
}
