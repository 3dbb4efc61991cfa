import type { Bilingual, Message } from "../../base/message.ts";
import type { Micros } from "../../base/time.ts";
import type { FinishedRun } from "../../measure/finished_run.ts";
import {
  type EngineName,
  type Gauge,
  type ServerSide,
  type TtftParts,
  ttftParts,
} from "../../measure/server_side.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import { formatTime } from "../../text/units.ts";

/** What people call the servers. */
export const ENGINE_TITLES: Readonly<Record<EngineName, string>> = {
  vllm: "vLLM",
  sglang: "SGLang",
  llamacpp: "llama.cpp",
  tgi: "TGI",
};

/** A server's TTFT is more or less than its own parts only by what it measures otherwise: so far, in µs and as a share. */
const TOLERATED = { time: 5_000, share: 0.1 };

/** What the server says of a run, and the means that were measured here, in µs. */
export interface ServerFigures {
  readonly parts: TtftParts | null;
  readonly server: ServerSide | undefined;
  readonly here: { readonly ttft: Micros | null; readonly tpot: Micros | null };
}

/** The figures of {@linkcode serverFigureTexts} of a run that has ended. */
export function serverTexts({ records, summary, server }: FinishedRun): Bilingual[] {
  const here = { ttft: summary.ttft.mean, tpot: summary.tpot.mean };
  return serverFigureTexts({ parts: ttftParts(records, { server }), server, here });
}

/**
 * What the server says of a run beside what was measured here: the mean TTFT in its parts, its own TTFT and TPOT, its load and
 * its caches. Empty where it says nothing.
 */
export function serverFigureTexts({ parts, server, here }: ServerFigures): Bilingual[] {
  return [
    ...(parts === null ? [] : [partsText(parts)]),
    ...(server === undefined
      ? []
      : [...own(server, here), ...gauges(server), ...prefixTexts(server)]),
  ];
}

function partsText({ ttft, queue, prefill, rest }: TtftParts): Bilingual {
  const known = [
    ...part(queue, { en: "queue", zh: "排队" }),
    ...part(prefill, { en: "prefill", zh: "预填充" }),
  ];
  const [en, zh] = [known.map((one) => one.en).join(" + "), known.map((one) => one.zh).join(" + ")];
  const time = formatTime(ttft);
  if (rest < 0) {
    const more = formatTime(-rest);
    return {
      en: `TTFT ${time} on average, but ${en} by the server: ${more} more than it, so they do not add up`,
      zh: `TTFT 平均 ${time}，但服务端为${zh}：多出 ${more}，两者不符`,
    };
  }
  const unknown = [
    ...(queue === null ? [{ en: "queue and ", zh: "排队及" }] : []),
    ...(prefill === null ? [{ en: "prefill and ", zh: "预填充及" }] : []),
  ];
  const left = formatTime(rest);
  return {
    en: `TTFT ${time} = ${en} + ${left} ${unknown.map((one) => one.en).join("")}outside (means)`,
    zh: `TTFT ${time} = ${zh} + ${unknown.map((one) => one.zh).join("")}服务端之外 ${left}（平均值）`,
  };
}

function part(time: Micros | null, name: Bilingual): Bilingual[] {
  if (time === null) return [];
  return [{ en: `${formatTime(time)} ${name.en}`, zh: `${name.zh} ${formatTime(time)}` }];
}

/** The server's own means beside those of here. */
function own(server: ServerSide, here: ServerFigures["here"]): Bilingual[] {
  const both = [
    ["TTFT", server.ttft, here.ttft],
    ["TPOT", server.tpot, here.tpot],
  ] as const;
  const texts = both.flatMap(([name, there, own]): Bilingual[] => {
    if (there === null) return [];
    return [
      {
        en: `${name} ${formatTime(there)} (here ${formatTime(own)})`,
        zh: `${name} ${formatTime(there)}（此处 ${formatTime(own)}）`,
      },
    ];
  });
  if (texts.length === 0) return [];
  const title = ENGINE_TITLES[server.engine];
  return [
    {
      en: `${title} itself counts ${texts.map(({ en }) => en).join(", ")}${apartText(server).en}`,
      zh: `${title} 自身的统计：${texts.map(({ zh }) => zh).join("，")}${apartText(server).zh}`,
    },
  ];
}

/** That its own TTFT is not the sum of its own parts. */
function apartText({ ttft, queue, prefill }: ServerSide): Bilingual {
  if (ttft === null || queue === null || prefill === null) return { en: "", zh: "" };
  const apart = ttft - queue - prefill;
  const isSame = Math.abs(apart) <= Math.max(TOLERATED.time, ttft * TOLERATED.share);
  if (isSame) return { en: "", zh: "" };
  const time = formatTime(Math.abs(apart));
  return apart > 0
    ? {
        en: `; its TTFT is ${time} more than its queue and prefill`,
        zh: `；其 TTFT 比排队与预填充之和多 ${time}`,
      }
    : {
        en: `; its TTFT is ${time} less than its queue and prefill`,
        zh: `；其 TTFT 比排队与预填充之和少 ${time}`,
      };
}

function gauges({ running, waiting, kvCache }: ServerSide): Bilingual[] {
  const texts = [
    ...gauge(running, { en: "running", zh: "运行中" }, whole),
    ...gauge(waiting, { en: "waiting", zh: "等待中" }, whole),
    ...gauge(kvCache, { en: "KV cache", zh: "KV 缓存" }, formatShare),
  ];
  if (texts.length === 0) return [];
  return [{ en: texts.map(({ en }) => en).join("; "), zh: texts.map(({ zh }) => zh).join("；") }];
}

function whole(value: number): string {
  return value.toFixed(1).replace(/\.0$/, "");
}

function gauge(
  found: Gauge | null,
  name: Bilingual,
  format: (value: number) => string,
): Bilingual[] {
  if (found === null) return [];
  const [mean, max] = [format(found.mean), format(found.max)];
  return [
    {
      en: `${name.en} ${mean} on average, ${max} at most`,
      zh: `${name.zh}平均 ${mean}，最多 ${max}`,
    },
  ];
}

function prefixTexts({ prefixHits }: ServerSide): Bilingual[] {
  if (prefixHits === null) return [];
  const hits = formatShare(prefixHits);
  return [{ en: `prefix cache: ${hits} hit`, zh: `前缀缓存命中 ${hits}` }];
}

/** That the server's means are about other requests as well, or about fewer; `null` where they are about those of the run. */
export function serverCountsOthers({ records, server, summary }: FinishedRun): Message | null {
  const counted = server?.requests ?? null;
  if (server === undefined || counted === null) return null;
  const { complete } = summary.outcomes;
  if (counted >= complete && counted <= records.length) return null;
  const title = ENGINE_TITLES[server.engine];
  const [there, here] = [formatCount(counted), formatCount(records.length)];
  return counted > records.length
    ? {
        cause: {
          en: `${title} counted ${there} requests where this run sent ${here}: what it says is about others, too`,
          zh: `${title} 统计了 ${there} 个请求，而本次运行发送了 ${here} 个：其数据也包含其他请求`,
        },
        step: {
          en: "Measure while nobody else asks it",
          zh: "请在没有其他人使用时测量",
        },
      }
    : {
        cause: {
          en: `${title} counted ${there} requests where this run sent ${here}: what it says is not about all of them`,
          zh: `${title} 统计了 ${there} 个请求，而本次运行发送了 ${here} 个：其数据没有包含全部请求`,
        },
        step: {
          en: "Is it one of several servers behind this base URL? --server-metrics names another",
          zh: "它是否只是该网址后面多台服务器之一？可用 --server-metrics 指定另一台",
        },
      };
}

/** That there are no means of the server, though it was read before the run; `null` where there are. */
export function serverMetricsLost({ server }: FinishedRun): Message | null {
  if (server === undefined || server.problem === null) return null;
  const title = ENGINE_TITLES[server.engine];
  return server.problem === "lost"
    ? {
        cause: {
          en: `the metrics of ${title} could not be read after the run: there is nothing of its queue and prefill`,
          zh: `运行结束后无法读取 ${title} 的指标：没有排队和预填充的数据`,
        },
      }
    : {
        cause: {
          en: `${title} has started anew in mid-run: there is nothing of its queue and prefill`,
          zh: `${title} 在运行期间重新启动：没有排队和预填充的数据`,
        },
      };
}
