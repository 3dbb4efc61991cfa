import { percentile } from "../../measure/distribution.ts";
import { replayedTokensTexts } from "../../report/run/replayed_texts.ts";
import type { ResultReplay, ResultRun } from "../../report/run/result.ts";
import { formatCount } from "../../text/amounts.ts";
import { inTime } from "../cards.ts";
import { html } from "../markup.ts";
import { timeCell } from "../overview.ts";
import type { BarChart, LineChart } from "../page_data.ts";
import { chartsOf, type Part, type PartOptions, renderFigures, renderPart } from "../part.ts";
import { type Cell, renderNumbers, renderTable } from "../tables.ts";
import { inSteps, stepStarts, type TimeFrame } from "../time_frame.ts";

/** How a run sent the recorded traffic again: what, when, how long; `null` of any other run. */
export function replayedPart(
  run: ResultRun,
  { id, language, frame }: PartOptions & { readonly frame: TimeFrame | null },
): Part | null {
  const { replay, requests, duration_ms: duration } = run;
  if (replay === undefined) return null;
  const t = (en: string, zh: string): string => ({ en, zh })[language];
  const late = frame === null ? null : lateness(run, { frame, language });
  const tokens = tokenBars(replay, language);
  const { prompt_tokens: prompt, output_tokens: output } = replay;
  const lateCaption = t(
    "How late requests were sent, by when they were due",
    "请求发送的延迟（按计划时刻）",
  );
  const wait = run.summary.wait_ms;
  const markup = renderPart(
    { id: `${id}-replayed`, title: t("The recorded traffic", "录制的流量") },
    [
      replayedTokensTexts({ prompt, output, requests: requests.length }).map(
        (words) => html`<p>${words[language]}</p>`,
      ),
      renderTable({
        caption: t("Recorded and sent", "录制与发送"),
        headings: ["", t("recorded", "录制"), t("sent", "发送")],
        rows: [
          row(t("requests", "请求"), [countCell(replay.requests), countCell(requests.length)]),
          row(t("tokens in", "输入 token"), [
            countCell(prompt?.recorded ?? null),
            countCell(prompt?.sent ?? null),
          ]),
          row(t("tokens out", "输出 token"), [
            countCell(output?.recorded ?? null),
            countCell(output?.sent ?? null),
          ]),
          row(
            t(
              "from the first request to the last; to the last close",
              "首个到末个请求；到最后关闭",
            ),
            [timeCell(replay.span_ms), timeCell(duration)],
          ),
          row(t("conversations", "对话"), [countCell(replay.sessions), ""]),
          ...(wait === undefined || wait.count === 0
            ? []
            : [
                row(t("sent late, p50; at most", "发送延迟 p50；最大"), [
                  "",
                  { value: wait.p50, shown: `${inTime(wait.p50)}; ${inTime(wait.max)}` },
                ]),
              ]),
        ],
      }),
      renderFigures([
        [t("Tokens, recorded and sent", "录制与发送的 token"), tokens],
        [lateCaption, late],
      ]),
      late !== null &&
        renderNumbers(
          {
            caption: lateCaption,
            headings: [t("from", "从"), ...late.lines.map(({ name }) => name)],
            rows: (late.lines[0]?.at ?? []).flatMap((at, index): Cell[][] => {
              const values = late.lines.map(({ values: of }) => of[index] ?? null);
              return values[0] === null ? [] : [[`${at} s`, ...values.map(timeCell)]];
            }),
          },
          language,
        ),
    ],
  );
  return { markup, charts: chartsOf({ lines: [late], bars: [tokens] }) };
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
  const waits = inSteps(requests, frame, ({ scheduled_ms: due }) => due).map((due) =>
    due.flatMap(({ wait_ms: wait }) => wait ?? []).toSorted((a, b) => a - b),
  );
  if (waits.every((of) => of.length === 0)) return null;
  const at = stepStarts(frame);
  const most = { en: "at most", zh: "最大" }[language];
  return {
    name: "lateness",
    across: "time",
    up: "time",
    level: null,
    end: frame.end,
    lines: [
      { name: "p50", at, values: waits.map((of) => percentile(of, 50)), color: 0 },
      { name: most, at, values: waits.map((of) => of.at(-1) ?? null), color: 1, isDashed: true },
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
    ].map(([what, value, tone]) => ({
      label: `${name}, ${what}`,
      parts: [{ label: what, value, shown: formatCount(value), tone }],
    }));
  });
  return bars.length === 0 ? null : { name: "replayed-tokens", bars };
}
