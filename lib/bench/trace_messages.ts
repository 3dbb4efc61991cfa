import type { Bilingual, Message } from "../base/message.ts";
import type { TraceError } from "../load/traffic/trace_rows.ts";

/** Messages about traces that cannot be replayed. */

const FORMS: Bilingual = {
  en: "Traces are JSON lines of Mooncake's (timestamp, input_length, output_length), or tables that begin with TIMESTAMP,ContextTokens,GeneratedTokens (Azure) or Timestamp,Model,Request tokens,Response tokens (BurstGPT); for recordings, name their folder",
  zh: "轨迹文件应为 Mooncake 的 JSON Lines（timestamp、input_length、output_length），或以 TIMESTAMP,ContextTokens,GeneratedTokens（Azure）或 Timestamp,Model,Request tokens,Response tokens（BurstGPT）开头的表格；重放录制时请给出其文件夹",
};

const LENGTHS: Bilingual = {
  en: "--trace-lengths cumulative: each row's length is that of its whole prompt; --trace-lengths delta: it is what the turn adds. The wrong one makes prompts much too long or too short",
  zh: "--trace-lengths cumulative 表示每行的长度是整个提示词的长度；--trace-lengths delta 表示只是该轮新增的长度。选错会使提示词过长或过短",
};

export function traceUnusable(path: string, error: TraceError): Message {
  const { line } = error;
  const { why, step } = reasonOf(error);
  return {
    cause: {
      en: `Cannot replay "${path}": ${line === null ? "" : `line ${line} `}${why.en}`,
      zh: `无法重放 "${path}"：${line === null ? "" : `第 ${line} 行`}${why.zh}`,
    },
    ...(step === undefined ? undefined : { step }),
  };
}

function reasonOf({ problem, found }: TraceError): {
  readonly why: Bilingual;
  readonly step?: Bilingual;
} {
  switch (problem) {
    case "unknown_form":
      return {
        why: { en: "it is no trace of a known form", zh: "不是已知格式的轨迹" },
        step: FORMS,
      };
    case "no_object":
      return { why: { en: "is not a JSON object", zh: "不是 JSON 对象" } };
    case "no_time":
      return { why: { en: "has no time", zh: "没有时间" }, step: FORMS };
    case "no_lengths":
      return {
        why: {
          en: "has no lengths: a prompt has one token at least, an answer none or more",
          zh: "没有长度：提示词至少 1 个 token，回答至少 0 个",
        },
        step: FORMS,
      };
    case "columns": {
      const [has = "", named = ""] = found.split("/");
      return {
        why: { en: `has ${has} columns, not ${named}`, zh: `有 ${has} 列，而不是 ${named} 列` },
      };
    }
    case "blocks": {
      const [has = "", tokens = "", block = ""] = found.split("/");
      return {
        why: {
          en: `has ${has} hash_ids for ${tokens} tokens: they are not of ${block} tokens each`,
          zh: `的 ${tokens} 个 token 有 ${has} 个 hash_ids：它们并非各代表 ${block} 个 token`,
        },
        step: {
          en: "--trace-block says how many tokens each stands for",
          zh: "请用 --trace-block 给出每个代表的 token 数",
        },
      };
    }
    case "lengths_unknown":
      return {
        why: {
          en: `it has conversations (${found} of several turns), and does not tell whether their lengths hold what was said before`,
          zh: `其中有会话（${found} 个有多轮），但没有说明长度是否包含先前的内容`,
        },
        step: LENGTHS,
      };
    case "lengths_known":
      return {
        why: {
          en: `its hash_ids tell that its lengths are ${found}, and --trace-lengths says otherwise`,
          zh: `其 hash_ids 表明长度为 ${found}，而 --trace-lengths 与之不符`,
        },
        step: { en: "Leave --trace-lengths out", zh: "请去掉 --trace-lengths" },
      };
  }
}
