import { asObject, type JsonObject } from "../base/json.ts";
import type { Bilingual, Language } from "../base/message.ts";
import { resultBoundsTexts, resultSteadyText } from "../report/run/result_texts.ts";
import { callsText } from "../report/run/tool_texts.ts";
import { formatCount } from "../text/amounts.ts";
import { inTime } from "./cards.ts";
import { loadOf, textOf } from "./load_words.ts";
import { html, type Markup } from "./markup.ts";
import type { ReportedRun } from "./page_input.ts";

/** `about`: what it is, on hovering. */
type Fact = readonly [name: Bilingual, value: string | null, about?: Bilingual];

/** What was measured, when, on what: what is not known is left out. */
export function renderFacts(run: ReportedRun, language: Language): Markup {
  const facts = factsOf(run, language).filter(([, value]) => value !== null && value !== "");
  return html`<dl class="facts">
    ${facts.map(
      ([name, value, about]) =>
        html`<div>
          ${
            about === undefined
              ? html`<dt>${name[language]}</dt>`
              : html`<dt title="${about[language]}">${name[language]}</dt>`
          }
          <dd><bdi>${value}</bdi></dd>
        </div>`,
    )}
  </dl>`;
}

function factsOf({ result, source, kind, calibration }: ReportedRun, language: Language): Fact[] {
  const { config, environment, instrument, requests, summary } = result;
  const bounds = resultBoundsTexts(summary).map((text) => text[language]);
  const isRun = kind === "run";
  return [
    [{ en: "model", zh: "模型" }, textOf(config["model"])],
    [{ en: "endpoint", zh: "服务端" }, textOf(config["base_url"])],
    [{ en: "begun", zh: "开始" }, momentOf(environment["started_at"])],
    [{ en: "load", zh: "负载" }, isRun ? loadOf(config)[language] : null],
    [{ en: "length", zh: "长度" }, isRun ? lengthOf(config)[language] : null],
    [{ en: "streams", zh: "流" }, isRun ? null : formatCount(requests.length)],
    [{ en: "prompts", zh: "提示词" }, promptsOf(config), ABOUT.prompts],
    [{ en: "conversations", zh: "对话" }, conversationsOf(config)?.[language] ?? null],
    [{ en: "kinds", zh: "类别" }, kindsOf(config)],
    [{ en: "pictures", zh: "图片" }, picturesOf(config)?.[language] ?? null],
    [{ en: "tools", zh: "工具" }, callsText(summary.tool_calls)?.[language] ?? null],
    [{ en: "replayed", zh: "重放" }, replayedOf(config)],
    [{ en: "service level", zh: "指标上限" }, levelOf(config)],
    [{ en: "seed", zh: "种子" }, textOf(config["plan_seed"])],
    [{ en: "connections", zh: "连接" }, isRun ? connectionsOf(instrument)[language] : null],
    [
      { en: "the client's lateness", zh: "客户端延迟" },
      instrument.loop_lag_p99_ms === null ? null : `p99 ${inTime(instrument.loop_lag_p99_ms)}`,
      ABOUT.lateness,
    ],
    [{ en: "when full", zh: "满载" }, resultSteadyText(summary)?.[language] ?? null, ABOUT.full],
    [
      { en: "99% sure", zh: "上界" },
      bounds.length === 0 ? null : bounds.join({ en: "; ", zh: "；" }[language]),
      ABOUT.bounds,
    ],
    [{ en: "the client's own error", zh: "客户端自身误差" }, errorOf(calibration)],
    [{ en: "machine", zh: "机器" }, machineOf(environment)],
    [{ en: "measured with", zh: "工具" }, toolOf(environment)],
    [{ en: "from", zh: "来源" }, source],
  ];
}

const ABOUT = {
  prompts: {
    en: "What was asked: built in or a file, or made of so many tokens; and whether each prompt is new to the endpoint's cache (unique) or comes again (reuse).",
    zh: "提问内容：内置或来自文件，或按 token 数合成；以及每个提示词对服务端缓存是全新的（unique）还是重复的（reuse）。",
  },
  lateness: {
    en: "How late the measuring program itself got to what had arrived. Times that are not far longer than this are about the client, too.",
    zh: "测量程序处理已到达数据时自身的延迟。与之相近的时间也包含客户端的影响。",
  },
  full: {
    en: "Output while all streams ran, without the run's start and end.",
    zh: "全部流同时进行期间的输出，不含开始和收尾阶段。",
  },
  bounds: {
    en: "What the true percentiles do not exceed, as far as so many samples can tell.",
    zh: "按现有样本数，真实的百分位数不超过这些值。",
  },
} as const satisfies Readonly<Record<string, Bilingual>>;

function lengthOf({ requests, duration_ms: duration }: JsonObject): Bilingual {
  if (typeof duration === "number") return { en: inTime(duration), zh: inTime(duration) };
  if (typeof requests !== "number") return { en: "", zh: "" };
  return { en: `${formatCount(requests)} requests`, zh: `${formatCount(requests)} 个请求` };
}

function promptsOf({ prompts, synthetic, cache }: JsonObject): string | null {
  const made = synthetic === null || synthetic === undefined ? null : JSON.stringify(synthetic);
  const parts = [textOf(prompts), made, textOf(cache)].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(" · ");
}

function conversationsOf({ turns, think_ms: think }: JsonObject): Bilingual | null {
  if (typeof turns !== "number") return null;
  const [from, to] = Array.isArray(think) ? think.map((ms) => inTime(Number(ms))) : [];
  const pause = from === to ? from : `${from}–${to}`;
  return {
    en: `up to ${turns} turns${from === undefined ? "" : `, ${pause} to think`}`,
    zh: `最多 ${turns} 轮${from === undefined ? "" : `，思考 ${pause}`}`,
  };
}

/** With what each counts for. */
function kindsOf({ mix }: JsonObject): string | null {
  if (!Array.isArray(mix)) return null;
  const kinds = mix.map((kind) => asObject(kind) ?? {});
  return kinds
    .map(({ name, share }) => `${textOf(name) ?? "–"} × ${textOf(share) ?? "–"}`)
    .join(", ");
}

function picturesOf({ images }: JsonObject): Bilingual | null {
  const { files, synthetic } = asObject(images) ?? {};
  if (typeof files === "number") {
    return { en: files === 1 ? "1 file" : `${files} files`, zh: `${files} 个文件` };
  }
  const made = textOf(synthetic);
  return made === null ? null : { en: `${made}, made up`, zh: `${made}（合成）` };
}

function replayedOf({ replay }: JsonObject): string | null {
  const { path, form } = asObject(replay) ?? {};
  const parts = [textOf(path), textOf(form)].filter((part) => part !== null);
  return parts.length === 0 ? null : parts.join(" · ");
}

function levelOf({ slo_ms: level }: JsonObject): string | null {
  if (typeof level !== "object" || level === null) return null;
  return Object.entries(level)
    .map(([name, limit]) => `${name} ≤ ${inTime(Number(limit))}`)
    .join(", ");
}

function connectionsOf({ connections, proxy }: ReportedRun["result"]["instrument"]): Bilingual {
  const warm = connections === "warm";
  if (connections === "closed") return { en: "one for each request", zh: "每个请求新建" };
  return {
    en: `${warm ? "warm" : "cold"}${proxy ? ", through a proxy" : ""}`,
    zh: `${warm ? "热连接" : "冷连接"}${proxy ? "，经过代理" : ""}`,
  };
}

function errorOf(calibration: JsonObject | null): string | null {
  if (calibration === null) return null;
  const parts = ["ttft_ms", "itl_ms"].flatMap((name) => {
    const { p50 } = (calibration[name] ?? {}) as { p50?: { bias?: unknown } | null };
    const bias = p50?.bias;
    if (typeof bias !== "number") return [];
    return `${name === "ttft_ms" ? "TTFT" : "ITL"} p50 ${bias < 0 ? "−" : "+"}${inTime(Math.abs(bias))}`;
  });
  return parts.length === 0 ? null : parts.join(" · ");
}

function machineOf({ cpu, cores, platform, arch }: JsonObject): string | null {
  const parts = [
    textOf(cpu),
    typeof cores === "number" ? `× ${cores}` : null,
    [textOf(platform), textOf(arch)].filter((part) => part !== null).join(" "),
  ].filter((part) => part !== null && part !== "");
  return parts.length === 0 ? null : parts.join(" ");
}

function toolOf({ streamgauge, bun }: JsonObject): string | null {
  const version = textOf(streamgauge);
  return version === null ? null : `Streamgauge ${version}, Bun ${textOf(bun) ?? "–"}`;
}

function momentOf(value: unknown): string | null {
  const text = textOf(value);
  return text === null ? null : text.replace("T", " ").replace(/(?:\.\d+)?Z$/, " UTC");
}
