import { invocation } from "../../command/invocation.ts";
import type { Micros } from "../../base/time.ts";
import { formatCount, formatShare } from "../../text/amounts.ts";
import type { Bilingual, Language, Message } from "../../base/message.ts";
import { formatRate, formatTime } from "../../text/units.ts";

export function interrupted(sent: number): Message {
  return {
    cause: {
      en: `the run was interrupted: the numbers are about the ${requests(sent)} sent until then`,
      zh: `运行被提前中断：数据只包含此前发送的 ${formatCount(sent)} 个请求`,
    },
  };
}

export function incomplete(left: number, { of }: { readonly of: number }): Message {
  return {
    cause: {
      en: `${formatCount(left)} of ${formatCount(of)} not complete: percentiles are lower bounds`,
      zh: `${formatCount(of)} 个请求中有 ${formatCount(left)} 个不完整：百分位数只是下界`,
    },
    step: { en: "The errors say why", zh: "原因见错误列表" },
  };
}

export function noneComplete(): Message {
  return {
    cause: {
      en: "no request is complete: there are no percentiles",
      zh: "没有完整的请求：无法给出百分位数",
    },
    step: { en: "The errors say why", zh: "原因见错误列表" },
  };
}

export function turnsNotSent(count: number): Message {
  return {
    cause: {
      en: `${formatCount(count)} ${count === 1 ? "turn was" : "turns were"} not sent: the one before had failed`,
      zh: `有 ${formatCount(count)} 轮没有发送：前一轮失败了`,
    },
    step: {
      en: "Later turns are of the conversations that went well",
      zh: "后面几轮只包含此前顺利的对话",
    },
  };
}

export function leftOut(without: number): Message {
  return {
    cause: {
      en: `${requests(without)} ended without a token and ${without === 1 ? "is" : "are"} in no percentile`,
      zh: `有 ${formatCount(without)} 个请求没有输出任何 token 就结束了，未计入百分位数`,
    },
    step: {
      en: `Ask the same with ${invocation("ask")} --wire to see what comes instead`,
      zh: `可用 ${invocation("ask")} --wire 提同样的问题，看看返回了什么`,
    },
  };
}

/** Streams whose file has no times, as curl writes them. */
export function noTimes(count: number): Message {
  return {
    cause: {
      en: `no times were recorded for ${requests(count)}: ${count === 1 ? "it is" : "they are"} in no percentile`,
      zh: `有 ${formatCount(count)} 个请求没有记录时间，未计入百分位数`,
    },
    step: {
      en: `Record with ${invocation("ask")} --save or bench --record, which keep the times`,
      zh: `请用 ${invocation("ask")} --save 或 bench --record 录制，它们会保存时间`,
    },
  };
}

const ODDITIES: Readonly<Record<string, Bilingual>> = {
  malformed_event: { en: "events that are no JSON", zh: "不是 JSON 的事件" },
  too_deep: { en: "JSON nested too deep", zh: "嵌套过深的 JSON" },
  repaired_event: {
    en: "events that only lenient clients can read",
    zh: "只有宽松的客户端才能读取的事件",
  },
  not_a_field: { en: "lines that are no field", zh: "不是字段的行" },
  remark: { en: "events with a remark in place of an answer", zh: "只有说明而没有回答内容的事件" },
  error_after_done: { en: "an error behind the last event", zh: "最后一个事件之后的错误" },
  text_after_done: { en: "a text behind the last event", zh: "最后一个事件之后的文本" },
  unread_content: { en: "content of a form that nobody knows", zh: "形式不明的 content" },
  repeated_text: { en: "the whole text once more at the end", zh: "结尾重复了全部文本" },
  audio: { en: "audio, which is output, but no text", zh: "音频：属于输出，但不是文本" },
  image: { en: "images, which are output, but no text", zh: "图片：属于输出，但不是文本" },
  unplaced_choice: {
    en: "choices without an index, whose texts run together",
    zh: "缺少 index 的 choice，文本混在一起",
  },
  odd_usage: { en: "counts of usage that are no numbers of tokens", zh: "不是有效计数的 usage" },
  unclear_usage: { en: "a usage that contradicts itself", zh: "自相矛盾的 usage" },
  unclear_prompt: {
    en: "a usage that does not tell whether cached tokens are among the prompt's",
    zh: "usage 未说明提示词 token 是否包含缓存部分",
  },
  unopened_think: {
    en: "a </think> without <think>: reasoning that reads as answer (--think open parts them)",
    zh: "只有 </think> 而没有 <think>：推理被当作回答（--think open 可区分）",
  },
  unknown_finish_reason: {
    en: "a finish_reason that nobody knows",
    zh: "含义不明的 finish_reason",
  },
  compressed: {
    en: "a compressed body, whose times are those behind a compressor",
    zh: "响应体被压缩，时间是经过压缩之后的",
  },
  broken_arguments: {
    en: "arguments of tool calls that are not whole JSON",
    zh: "不是完整 JSON 的工具调用参数",
  },
};

/** `counts`: in how many streams each oddity was found. */
export function oddStreams(
  odd: number,
  {
    of,
    counts,
  }: { readonly of: number; readonly counts: readonly (readonly [code: string, count: number])[] },
): Message {
  const list = (language: Language): string =>
    counts
      .map(([code, count]) => `${ODDITIES[code]?.[language] ?? code} (${formatCount(count)})`)
      .join(language === "zh" ? "、" : ", ");
  return {
    cause: {
      en: `${formatCount(odd)} of ${formatCount(of)} complete streams were odd: ${list("en")}`,
      zh: `${formatCount(of)} 个完整的流中有 ${formatCount(odd)} 个异常：${list("zh")}`,
    },
    step: {
      en: `Ask the same with ${invocation("ask")} --wire to see what came`,
      zh: `可用 ${invocation("ask")} --wire 提同样的问题，看看返回了什么`,
    },
  };
}

export function notStreamed(bursts: number, { of }: { readonly of: number }): Message {
  return {
    cause: {
      en: `${formatCount(bursts)} of ${formatCount(of)} answers came whole or in one burst: of these only E2E says something about the model`,
      zh: `${formatCount(of)} 个回答中有 ${formatCount(bursts)} 个是一次性到达的：其中只有 E2E 能反映模型`,
    },
    step: {
      en: `Look for a proxy or gateway that holds the stream back; ${invocation("ask")} --wire shows how it arrives`,
      zh: `请检查是否有代理或网关缓冲了数据流；${invocation("ask")} --wire 可显示到达的情形`,
    },
  };
}

export function noUsage(without: number, { of }: { readonly of: number }): Message {
  return {
    cause:
      without === of
        ? {
            en: "the endpoint sent no usage: there is no TPOT, no token rate and no cost",
            zh: "服务端没有返回用量：因此没有 TPOT、token 速率和费用",
          }
        : {
            en: `${formatCount(without)} of ${formatCount(of)} answers came without usage: TPOT, token rates and cost are about the others`,
            zh: `${formatCount(of)} 个回答中有 ${formatCount(without)} 个没有用量：TPOT、token 速率和费用只涉及其余的回答`,
          },
    step: {
      en: "The endpoint, and every gateway before it, must send usage in streams (chat completions: stream_options.include_usage)",
      zh: "服务端以及途中的网关都需要在流中返回用量（Chat Completions：stream_options.include_usage）",
    },
  };
}

export function sharedArrivals(share: number): Message {
  return {
    cause: {
      en: `${formatShare(share)} of the gaps are 0, because several deltas came at once: gaps say more about the way than about the model`,
      zh: `${formatShare(share)} 的间隔为 0，因为多个增量同时到达：间隔更多反映了传输途径而不是模型`,
    },
    step: {
      en: "Go by TPOT: it counts from the first delta to the last, however those between travel together",
      zh: "请以 TPOT 为准：它只看第一个和最后一个增量，不受中间增量合并到达的影响",
    },
  };
}

export function tpotEstimated(share: number): Message {
  return {
    cause: {
      en: `usage comes only at the end and a chunk holds several tokens: those of the first chunk are not known and count as 1, so TPOT may read ${formatShare(share)} too low`,
      zh: `用量只在最后给出，而每个数据块含有多个 token：首块的 token 数未知，按 1 计算，因此 TPOT 可能偏低 ${formatShare(share)}`,
    },
    step: {
      en: "Ask chat completions for usage on every chunk where the endpoint can (vLLM: --param stream_options={include_usage:true,continuous_usage_stats:true})",
      zh: "若接口支持，请让 Chat Completions 的每个数据块都带用量（vLLM：--param stream_options={include_usage:true,continuous_usage_stats:true}）",
    },
  };
}

export function fewSamples(
  have: number,
  { needed, send }: { readonly needed: number; readonly send: number },
): Message {
  return {
    cause: {
      en: `too few samples for p99: it needs ${needed} complete requests, there ${have === 1 ? "is" : "are"} ${have}`,
      zh: `样本太少，无法给出 p99：需要 ${needed} 个完整的请求，现在只有 ${have} 个`,
    },
    step: {
      en: `Send ${formatCount(send)} requests or more: --requests ${send}, or a longer --duration`,
      zh: `请至少发送 ${formatCount(send)} 个请求：--requests ${send}，或延长 --duration`,
    },
  };
}

export function firstRequestOutlier(
  ttft: Micros,
  { median }: { readonly median: number },
): Message {
  return {
    cause: {
      en: `the first request is an outlier: TTFT ${formatTime(ttft)}, the others' median is ${formatTime(median)}`,
      zh: `第一个请求是离群值：TTFT 为 ${formatTime(ttft)}，其余请求的中位数为 ${formatTime(median)}`,
    },
    step: {
      en: "Raise --warmup, so that connections and model are warm before the measuring begins",
      zh: "请增加 --warmup，让连接和模型在测量开始前预热",
    },
  };
}

export function severalModels(models: readonly string[]): Message {
  return {
    cause: {
      en: `the answers name several models, and the numbers mix them: ${models.join(", ")}`,
      zh: `回答中出现了多个模型名，数据混在一起：${models.join("、")}`,
    },
    step: {
      en: "Name one of them exactly with --model, and measure each alone",
      zh: "请用 --model 指定其中一个的准确名称，逐个测量",
    },
  };
}

export function severalFingerprints(count: number): Message {
  return {
    cause: {
      en: `the answers have ${formatCount(count)} system fingerprints: several deployments answered, and the numbers mix them`,
      zh: `回答中有 ${formatCount(count)} 种 system_fingerprint：由多个部署共同应答，数据混在一起`,
    },
    step: {
      en: "Repeat the run before comparing it: another mix gives other numbers",
      zh: "比较之前请重复运行：混合比例不同，数据也会不同",
    },
  };
}

export function shortAnswers(
  short: number,
  about: { readonly of: number; readonly asked: number; readonly median: number },
): Message {
  const { of, asked, median } = about;
  return {
    cause: {
      en: `${formatCount(short)} of ${formatCount(of)} answers are shorter than the ${formatCount(asked)} tokens asked for (median ${formatCount(median)})`,
      zh: `${formatCount(of)} 个回答中有 ${formatCount(short)} 个短于要求的 ${formatCount(asked)} 个 token（中位数 ${formatCount(median)}）`,
    },
    step: {
      en: "Where the endpoint knows it (vLLM, SGLang): --param ignore_eos=true; else ask for longer answers",
      zh: "若服务端支持（vLLM、SGLang），可加 --param ignore_eos=true；否则请换成需要更长回答的提示词",
    },
  };
}

export function promptLength(median: number, { asked }: { readonly asked: number }): Message {
  const off = formatShare(Math.abs(median - asked) / asked);
  const better = Math.max(1, Math.round((asked * asked) / median));
  return {
    cause: {
      en: `prompts have ${formatCount(median)} tokens at the median, ${off} ${median > asked ? "more" : "fewer"} than the ${formatCount(asked)} asked for`,
      zh: `提示词的中位数为 ${formatCount(median)} 个 token，比要求的 ${formatCount(asked)} 个${median > asked ? "多" : "少"} ${off}`,
    },
    step: {
      en: `With this model's tokenizer, --synthetic in=${better} comes closer`,
      zh: `对于该模型的分词器，--synthetic in=${better} 更接近`,
    },
  };
}

export function rateCapped(
  reached: number,
  { asked, cap }: { readonly asked: number; readonly cap: number },
): Message {
  return {
    cause: {
      en: `the cap of ${formatCount(cap)} at a time held the rate down to ${formatRate(reached)} of ${formatRate(asked)} requests/s`,
      zh: `并发上限 ${formatCount(cap)} 使速率降到每秒 ${formatRate(reached)} 个请求，要求为 ${formatRate(asked)} 个`,
    },
    step: {
      en: "Go by the times with the wait; or raise --concurrency, or lower --rate",
      zh: "请以含等待的时间为准；或提高 --concurrency，或降低 --rate",
    },
  };
}

export function unsent(count: number): Message {
  return {
    cause: {
      en: `${formatCount(count)} ${count === 1 ? "arrival" : "arrivals"} fell due and ${count === 1 ? "was" : "were"} never sent: sending ended while they waited for a place`,
      zh: `有 ${formatCount(count)} 个到期的请求始终没有发出：发送结束时它们还在排队`,
    },
    step: {
      en: "Raise --concurrency, or lower --rate",
      zh: "请提高 --concurrency，或降低 --rate",
    },
  };
}

export function gapsLeftOut(gaps: number, { most }: { readonly most: number }): Message {
  return {
    cause: {
      en: `the JSON leaves out the single gaps (itl_us): ${formatCount(gaps)} are more than ${formatCount(most)}`,
      zh: `JSON 中省略了逐个间隔 (itl_us)：共 ${formatCount(gaps)} 个，超过 ${formatCount(most)} 个`,
    },
    step: {
      en: "--record keeps every stream, gaps and all",
      zh: "--record 可保存每个数据流，包括所有间隔",
    },
  };
}

function requests(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "request" : "requests"}`;
}
