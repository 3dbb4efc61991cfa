import type { ProgressState, WorkerProgress } from "../../measure/run_progress.ts";
import type { Micros } from "../../base/time.ts";
import { formatCount } from "../../text/amounts.ts";
import { truncateColumns } from "../../text/columns.ts";
import type { Bilingual, Language } from "../../base/message.ts";
import { BLOCKS, type Glyphs } from "../../text/glyphs.ts";
import type { Styles } from "../../text/styles.ts";
import { formatRate, formatTime, NO_VALUE } from "../../text/units.ts";

/** How {@linkcode renderProgress} writes. */
export interface ProgressOptions {
  readonly language: Language;
  /** The columns there are; no line is wider. */
  readonly width: number;
  readonly styles: Styles;
  /** Default: block elements. */
  readonly glyphs?: Glyphs | undefined;
}

const BAR = 24;
/** In a terminal narrower than this, the bar gives its room to the words. */
const ROOM_FOR_BAR = 50;
const SEPARATOR = " · ";

/**
 * A run that goes on, for a terminal: how far it is, what became of its requests, how fast tokens come. One to three
 * lines; what does not fit a narrow terminal is left out from the end of its line.
 *
 * ```text
 * ████████████▌░░░░░░░░░░░  52%  104/200 requests · 12 s · about 11 s left
 * 8 in flight · 102 complete · 2 not complete
 * 812 tokens/s now · 790 on average · TTFT p50 183 ms
 * ```
 */
export function renderProgress(
  state: ProgressState,
  { language, width, styles, glyphs = BLOCKS }: ProgressOptions,
): string[] {
  const words = (parts: readonly Bilingual[]): string[] => parts.map((part) => part[language]);
  const share = shareDone(state);
  const percent = `${Math.floor(share * 100)}%`.padStart(4);
  const isWide = width >= ROOM_FOR_BAR;
  const bar = isWide ? `${progressBar(share, { styles, glyphs })} ${percent}  ` : `${percent}  `;
  const stopping = state.isStopping ? [styles.yellow(STOPPING[language])] : [];
  return [
    bar +
      joined(
        [...words([amount(state)]), ...stopping, ...words(times(state))],
        width - Bun.stringWidth(bar),
      ),
    joined(words(fates(state)), width),
    joined(words(speeds(state)), width),
    ...workerLines(state.workers ?? [], { language, width, styles }),
  ]
    .filter((line) => line !== "")
    .map((line) => truncateColumns(line, width));
}

/** So many machines have a line of their own. */
const MOST_WORKERS = 16;

/** A line for each machine of a fleet. */
function workerLines(
  workers: readonly WorkerProgress[],
  { language, width, styles }: ProgressOptions,
): string[] {
  const shown = workers.slice(0, MOST_WORKERS);
  const widest = Math.max(0, ...shown.map(({ name }) => Bun.stringWidth(name)));
  const lines = shown.map(({ name, inFlight, tokenRate, lag, isLost }) => {
    const label = `  ${name}${" ".repeat(widest - Bun.stringWidth(name))}  `;
    if (isLost) return label + styles.yellow({ en: "lost", zh: "已失联" }[language]);
    const speed = tokenRate === null ? NO_VALUE : formatRate(tokenRate);
    const parts = [
      { en: `${formatCount(inFlight)} in flight`, zh: `进行中 ${formatCount(inFlight)}` },
      { en: `${speed} tokens/s`, zh: `${speed} token/s` },
      { en: `loop lag ${formatTime(lag)}`, zh: `事件循环延迟 ${formatTime(lag)}` },
    ];
    return (
      label +
      joined(
        parts.map((part) => part[language]),
        width - label.length,
      )
    );
  });
  const more = workers.length - shown.length;
  if (more === 0) return lines;
  return [...lines, { en: `  and ${more} more`, zh: `  另有 ${more} 台` }[language]];
}

/** The same as one line without a terminal's means, for a log. No newline. */
export function renderProgressLine(state: ProgressState, language: Language): string {
  const [elapsed, ...left] = times(state);
  const stopping = state.isStopping ? [STOPPING] : [];
  const { deltaRate, ttft } = state;
  const speed = deltaRate === null || deltaRate === 0 ? [] : [rate(state, deltaRate)];
  const first = ttft === null ? [] : [same(`TTFT p50 ${formatTime(ttft)}`)];
  const parts = [amount(state), ...stopping, ...fates(state), ...speed, ...first, ...left];
  const text = parts.map((part) => part[language]).join(language === "zh" ? "，" : ", ");
  return `${elapsed?.[language] ?? ""}${language === "zh" ? "：" : ": "}${text}`;
}

const STOPPING: Bilingual = {
  en: "stopping, waiting for the last",
  zh: "正在停止，等待最后的请求",
};

/** From 0 to 1. */
function shareDone(state: ProgressState): number {
  const { until, elapsed } = state;
  return "duration" in until
    ? Math.min(1, elapsed / until.duration)
    : Math.min(1, ended(state) / until.requests);
}

function ended({ complete, incomplete }: ProgressState): number {
  return complete + incomplete;
}

function amount(state: ProgressState): Bilingual {
  const { until } = state;
  const count = formatCount(ended(state));
  const text = "requests" in until ? `${count}/${formatCount(until.requests)}` : count;
  return { en: `${text} requests`, zh: `${text} 个请求` };
}

/** The time that has passed, and the time that is left where it is known. */
function times({ elapsed, left, until }: ProgressState): Bilingual[] {
  if ("duration" in until) {
    const passed = formatSeconds(elapsed);
    const whole = formatSeconds(until.duration);
    return [{ en: `${passed} of ${whole}`, zh: `${passed} / ${whole}` }];
  }
  const passed = same(formatSeconds(elapsed));
  if (left === null || left === 0) return [passed];
  const rest = formatSeconds(left);
  return [passed, { en: `about ${rest} left`, zh: `约剩 ${rest}` }];
}

function fates({ inFlight, complete, incomplete }: ProgressState): Bilingual[] {
  return [
    { en: `${formatCount(inFlight)} in flight`, zh: `进行中 ${formatCount(inFlight)}` },
    { en: `${formatCount(complete)} complete`, zh: `完整 ${formatCount(complete)}` },
    ...(incomplete === 0
      ? []
      : [
          {
            en: `${formatCount(incomplete)} not complete`,
            zh: `不完整 ${formatCount(incomplete)}`,
          },
        ]),
  ];
}

function speeds(state: ProgressState): Bilingual[] {
  const { recentDeltaRate, deltaRate, ttft, tokensPerDelta } = state;
  if (deltaRate === null || deltaRate === 0) return [];
  const now = rate(state, recentDeltaRate);
  const average = formatRate(deltaRate * (tokensPerDelta ?? 1));
  return [
    { en: `${now.en} now`, zh: `当前 ${now.zh}` },
    { en: `${average} on average`, zh: `平均 ${average}` },
    same(`TTFT p50 ${formatTime(ttft)}`),
  ];
}

/** Tokens per second; as long as no request has told how many tokens a delta holds, deltas per second. */
function rate({ tokensPerDelta }: ProgressState, deltas: number | null): Bilingual {
  if (deltas === null) return same(NO_VALUE);
  const value = formatRate(deltas * (tokensPerDelta ?? 1));
  return tokensPerDelta === null
    ? { en: `${value} deltas/s`, zh: `${value} 增量/s` }
    : { en: `${value} tokens/s`, zh: `${value} token/s` };
}

function progressBar(
  share: number,
  { styles, glyphs }: { readonly styles: Styles; readonly glyphs: Glyphs },
): string {
  const full = Math.floor(share * BAR);
  return styles.green(glyphs.full.repeat(full)) + styles.dim(glyphs.empty.repeat(BAR - full));
}

/** The parts in one line, without the last ones where they do not fit. */
function joined(parts: readonly string[], width: number): string {
  let line = "";
  for (const part of parts) {
    const longer = line === "" ? part : line + SEPARATOR + part;
    if (line !== "" && Bun.stringWidth(longer) > width) break;
    line = longer;
  }
  return line;
}

/** Whole seconds, so that a line does not flicker: `12 s`, `2 min 05 s`, `1 h 02 min`. */
function formatSeconds(micros: Micros): string {
  const seconds = Math.floor(micros / 1e6);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${two(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${two(Math.floor((seconds % 3600) / 60))} min`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}

function same(text: string): Bilingual {
  return { en: text, zh: text };
}
