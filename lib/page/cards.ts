import type { Bilingual, Language } from "../base/message.ts";
import type { ResultRun, ResultStatistics } from "../report/run/result.ts";
import { formatCount, formatMoney, formatShare } from "../text/amounts.ts";
import { formatRate, formatTime } from "../text/units.ts";
import { type Definition, DEFINITIONS } from "./definitions.ts";
import { html, type Markup } from "./markup.ts";

/** A number with its unit, what it is, and what stands beside it. */
interface Card {
  readonly id: string;
  readonly definition: Definition;
  /** As a program reads it: in the unit of the result. */
  readonly value: number | null;
  readonly shown: string;
  readonly beside: Bilingual;
}

/** The figures of a run, each with its definition, which opens on a tap and shows on hovering. */
export function renderCards(result: ResultRun, language: Language): Markup {
  return html`<div class="cards">
    ${cardsOf(result).map(
      ({ id, definition, value, shown, beside }) =>
        html`<details class="card" data-card="${id}">
          <summary title="${definition.formula[language]}">
            <span class="name">${renderName(definition.name[language])}</span>
            <data value="${value}">${shown}</data>
            <span class="beside">${beside[language]}</span>
          </summary>
          <p>${definition.formula[language]}</p>
        </details>`,
    )}
  </div>`;
}

/** The sign that there is more stays with the last word. */
function renderName(name: string): Markup {
  const words = name.split(" ");
  const last = words.pop() ?? "";
  const rest = words.length === 0 ? "" : `${words.join(" ")} `;
  return html`${rest}<span class="whole"
      >${last}<span class="more" aria-hidden="true">ⓘ</span></span
    >`;
}

function cardsOf({ summary, requests, duration_ms: duration }: ResultRun): Card[] {
  const { goodput, cost, usage, outcomes } = summary;
  const isAnswerLater = requests.some(
    ({ outcome, ttft_ms, ttfa_ms }) => outcome === "complete" && ttfa_ms !== ttft_ms,
  );
  const share = requests.length === 0 ? null : outcomes.complete / requests.length;
  return [
    time("ttft", DEFINITIONS.ttft, summary.ttft_ms),
    ...(isAnswerLater ? [time("ttfa", DEFINITIONS.ttfa, summary.ttfa_ms)] : []),
    time("itl", DEFINITIONS.itl, summary.itl_ms),
    time("tpot", DEFINITIONS.tpot, summary.tpot_ms),
    time("e2e", DEFINITIONS.e2e, summary.e2e_ms),
    ...scheduled("wait", DEFINITIONS.wait, summary.wait_ms),
    ...scheduled("wait-ttft", DEFINITIONS.ttftScheduled, summary.ttft_scheduled_ms),
    {
      id: "output",
      definition: DEFINITIONS.outputRate,
      value: summary.output_tokens_per_second,
      shown: formatRate(summary.output_tokens_per_second),
      beside: perRequest(summary.request_output_tokens_per_second.p50),
    },
    {
      id: "requests",
      definition: DEFINITIONS.requestRate,
      value: summary.requests_per_second,
      shown: formatRate(summary.requests_per_second),
      beside: within(duration),
    },
    {
      id: "complete",
      definition: DEFINITIONS.complete,
      value: outcomes.complete,
      shown: formatShare(share),
      beside: {
        en: `${formatCount(outcomes.complete)} of ${formatCount(requests.length)} requests`,
        zh: `${formatCount(requests.length)} 个请求中的 ${formatCount(outcomes.complete)} 个`,
      },
    },
    ...(goodput === null
      ? []
      : [
          {
            id: "goodput",
            definition: DEFINITIONS.goodput,
            value: goodput.requests_per_second,
            shown: `${formatRate(goodput.requests_per_second)}/s`,
            beside: {
              en: `${formatShare(goodput.good_share)} of all requests`,
              zh: `占全部请求的 ${formatShare(goodput.good_share)}`,
            },
          },
        ]),
    {
      id: "tokens",
      definition: DEFINITIONS.tokens,
      value: usage.completion_tokens,
      shown: formatCount(usage.completion_tokens),
      beside: {
        en: `out; ${formatCount(usage.prompt_tokens)} in`,
        zh: `输出；输入 ${formatCount(usage.prompt_tokens)}`,
      },
    },
    ...(cost === null
      ? []
      : [
          {
            id: "cost",
            definition: DEFINITIONS.cost,
            value: cost.total,
            shown: formatMoney(cost.total),
            beside: {
              en: `${formatMoney(cost.per_request)} a request`,
              zh: `每个请求 ${formatMoney(cost.per_request)}`,
            },
          },
        ]),
  ];
}

function time(id: string, definition: Definition, { p50, p90, p99 }: ResultStatistics): Card {
  const beside = `p90 ${inTime(p90)} · p99 ${inTime(p99)}`;
  return {
    id,
    definition,
    value: p50,
    shown: inTime(p50),
    beside: { en: `median; ${beside}`, zh: `中位数；${beside}` },
  };
}

/** Of an open loop alone. */
function scheduled(id: string, definition: Definition, statistics?: ResultStatistics): Card[] {
  return statistics === undefined || statistics.count === 0
    ? []
    : [time(id, definition, statistics)];
}

function perRequest(rate: number | null): Bilingual {
  const shown = formatRate(rate);
  return { en: `${shown} in one request, median`, zh: `单个请求的中位数 ${shown}` };
}

function within(duration: number | null): Bilingual {
  if (duration === null) return { en: "", zh: "" };
  const shown = inTime(duration);
  return { en: `in ${shown}`, zh: `用时 ${shown}` };
}

/** A time in ms, for people. */
export function inTime(ms: number | null): string {
  return formatTime(ms === null ? null : ms * 1000);
}
