import type { Bilingual, Language } from "../../base/message.ts";
import type { Outcome } from "../../measure/outcome.ts";
import { OUTCOME_WORDS } from "../../report/outcome_words.ts";

const WORDS = {
  allRequests: { en: "all", zh: "全部" },
  answer: { en: "answer", zh: "回答" },
  atLeastOneStall: { en: "with stalls", zh: "有停顿" },
  chart: { en: "The streams, as a chart", zh: "各个流的图" },
  close: { en: "Close", zh: "关闭" },
  complete: { en: "complete", zh: "完整" },
  cut: { en: "cut or failed", zh: "被截断或失败" },
  delta: { en: "delta (kind not known)", zh: "增量（类型未知）" },
  depth: { en: "tokens before the prompt", zh: "提示词之前的 token" },
  deltas: { en: "deltas", zh: "增量" },
  earlier: { en: "Earlier", zh: "向前" },
  error: { en: "error", zh: "错误" },
  flatter: { en: "Flatter rows", zh: "压缩行高" },
  gaps: { en: "Gaps between deltas", zh: "增量之间的间隔" },
  inTheRun: { en: "in the run", zh: "运行时间" },
  later: { en: "Later", zh: "向后" },
  length: { en: "length, longest first", zh: "时长，从长到短" },
  next: { en: "Next", zh: "下一页" },
  noText: { en: "Its text was not recorded.", zh: "没有录制其文本。" },
  noRequests: { en: "No request is like that.", zh: "没有这样的请求。" },
  notComplete: { en: "not complete", zh: "不完整" },
  order: { en: "Order by", zh: "排序" },
  outcome: { en: "outcome", zh: "结果" },
  previous: { en: "Previous", zh: "上一页" },
  reasoning: { en: "reasoning", zh: "推理" },
  request: { en: "request", zh: "请求" },
  requests: { en: "The requests, as a table", zh: "请求列表" },
  shareUpTo: { en: "share up to", zh: "累积占比" },
  samples: { en: "samples", zh: "样本" },
  show: { en: "Show", zh: "显示" },
  sinceSent: { en: "since each was sent", zh: "从各自发送起" },
  stall: { en: "stall", zh: "停顿" },
  stalls: { en: "stalls", zh: "停顿" },
  stallsFirst: { en: "stalls, most first", zh: "停顿，从多到少" },
  start: { en: "start", zh: "开始" },
  taller: { en: "Taller rows", zh: "增大行高" },
  time: { en: "Time", zh: "时间" },
  timeAxis: { en: "time", zh: "时间" },
  tokens: { en: "tokens", zh: "token" },
  toolCall: { en: "tool call", zh: "工具调用" },
  turn: { en: "turn", zh: "轮次" },
  ttftFirst: { en: "TTFT, longest first", zh: "TTFT，从长到短" },
  waiting: { en: "waiting", zh: "等待" },
  whole: { en: "The whole time", zh: "全部时间" },
  zoomIn: { en: "Zoom in", zh: "放大" },
  zoomOut: { en: "Zoom out", zh: "缩小" },
  due: { en: "due", zh: "计划" },
  sent: { en: "sent", zh: "已发送" },
  limit: { en: "service level", zh: "指标上限" },
  help: {
    en: "Arrow keys choose a row and move through time; + and − zoom, 0 shows the whole time; Enter opens a request, Escape closes it. Drag over a time to zoom into it.",
    zh: "方向键选择行并移动时间；+ 和 − 缩放，0 显示全部时间；Enter 打开请求，Escape 关闭。拖选一段时间可放大。",
  },
} as const satisfies Readonly<Record<string, Bilingual>>;

/** The words of the page's scripts, in its language. */
export class Words {
  readonly language: Language;

  constructor(language: Language) {
    this.language = language;
  }

  /** A word, or a sentence. */
  of(name: keyof typeof WORDS): string {
    return WORDS[name][this.language];
  }

  outcome(outcome: Outcome): string {
    return OUTCOME_WORDS[outcome][this.language];
  }

  /** `3–52 of 1,000`. */
  range(from: number, to: number, options: { readonly of: number }): string {
    const of = options.of.toLocaleString("en-US");
    return this.language === "zh" ? `第 ${from}–${to} 个，共 ${of} 个` : `${from}–${to} of ${of}`;
  }

  leftOut(count: number): string {
    const shown = count.toLocaleString("en-US");
    return this.language === "zh" ? `（省略 ${shown} 个字符）` : `(${shown} characters left out)`;
  }

  firstOnly(count: number): string {
    return this.language === "zh" ? `只列出前 ${count} 个` : `the first ${count} of them`;
  }
}
