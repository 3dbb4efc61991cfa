import { OUTCOME_WORDS } from "../report/outcome_words.ts";
import type { Bilingual, Message } from "../base/message.ts";
import type { Verdict } from "../measure/outcome.ts";
import type { Damage } from "../load/damaged_stream.ts";
import type { RunFileError } from "../load/run_file.ts";
import type { TranscriptError } from "../transcript/format.ts";
import type { FileTrait } from "../transcript/transcript_file.ts";
import { ownWords } from "../report/own_words.ts";
import { problemInChinese } from "./transcript_problems.ts";
import { fileReason } from "../command/messages/files.ts";

/** Messages about transcript files. */

export function transcriptMalformed(error: TranscriptError): Message {
  const { file, line, version } = error;
  return {
    cause: {
      en: error.message,
      zh:
        version === null
          ? `无法读取转录文件 "${file}"：第 ${line} 行有误（${problemInChinese(error)}）`
          : `无法读取转录文件 "${file}"：它的版本是 ${version}，本工具只能读取版本 1；请更新 Streamgauge`,
    },
  };
}

export function notATranscript(path: string): Message {
  return {
    cause: {
      en: `Cannot replay "${path}": it is neither a transcript nor an event stream`,
      zh: `无法回放 "${path}"：它既不是转录文件，也不是事件流`,
    },
    step: {
      en: "curl -N … > hello.sse also makes a file that can be replayed, without times",
      zh: "curl -N … > hello.sse 的输出也可以回放，只是没有时间信息",
    },
  };
}

/** `runs`: recorded runs in it, which are one for each run of a session. */
export function noTranscripts(path: string, runs: readonly string[]): Message {
  const [first] = runs;
  return {
    cause: {
      en: `Cannot replay "${path}": the folder has no .sse file`,
      zh: `无法回放 "${path}"：该文件夹中没有 .sse 文件`,
    },
    ...(first === undefined
      ? undefined
      : {
          step: {
            en: `It holds ${runs.length} ${runs.length === 1 ? "run" : "runs"}: replay --report ${path}/${first}`,
            zh: `其中有 ${runs.length} 次运行：replay --report ${path}/${first}`,
          },
        }),
  };
}

export function severalFilesArePlayed(): Message {
  return {
    cause: {
      en: "Cannot play several transcripts at once",
      zh: "不能同时播放多个转录文件",
    },
    step: {
      en: "--report and --json summarize several files, or a folder",
      zh: "--report 和 --json 可以汇总多个文件或文件夹",
    },
  };
}

export function recordingStopped(path: string, error: unknown): Message {
  const reason = fileReason(error);
  return {
    cause: {
      en: `The recording in "${path}" stops here: ${reason.en}; the answer goes on`,
      zh: `"${path}" 的录制到此中断：${reason.zh}；回答会继续`,
    },
  };
}

/** How the recorded request went, unless it was complete. */
export function recordedFailure({
  outcome,
  failure,
}: Exclude<Verdict, { failure: null }>): Message {
  const { status, code, message } = failure;
  const shownStatus = status === null || (status >= 200 && status < 300) ? null : status;
  const marks = [shownStatus, code].filter((mark) => mark !== null).join(", ");
  const { en, zh } = OUTCOME_WORDS[outcome];
  const words = outcome === "interrupted" ? "" : message;
  return {
    cause: {
      en: `Recorded outcome: ${en}${marks && ` (${marks})`}${words && `: ${words}`}`,
      zh: `录制的结果：${zh}${marks && `（${marks}）`}${words && `：${ownWords(words).zh}`}`,
    },
  };
}

const TRAITS: Readonly<Record<FileTrait, Bilingual>> = {
  "UTF-16": { en: "UTF-16 text, as PowerShell writes it", zh: "由 PowerShell 写出的 UTF-16 文本" },
  "response head": {
    en: "the output of curl -i, with the response head",
    zh: "由 curl -i 输出的内容，带有响应头",
  },
  "pretty-printed": { en: "laid out for reading", zh: "便于阅读的排版" },
  "JSON lines": {
    en: "chunks as JSON lines, without data:",
    zh: "每行一个 JSON 数据块，没有 data:",
  },
  "JSON array": { en: "chunks in a JSON array", zh: "放在 JSON 数组中的数据块" },
};

function traitWords(traits: readonly FileTrait[]): Bilingual {
  return {
    en: traits.map((trait) => TRAITS[trait].en).join("; "),
    zh: traits.map((trait) => TRAITS[trait].zh).join("；"),
  };
}

/** How a file is written that is read as what it shows. */
export function writtenAs(traits: readonly FileTrait[]): Message {
  const { en, zh } = traitWords(traits);
  return { cause: { en: `This file is ${en}`, zh: `此文件是${zh}` } };
}

export function untimed(traits: readonly FileTrait[]): Message {
  if (traits.length === 0) {
    return {
      cause: {
        en: "This file has no times: its text and usage are shown",
        zh: "此文件没有时间信息：只显示文本和用量",
      },
    };
  }
  const { en, zh } = traitWords(traits);
  return {
    cause: {
      en: `This file is ${en}, without times: its text and usage are shown`,
      zh: `此文件是${zh}，没有时间信息：只显示文本和用量`,
    },
  };
}

export function moreStreamsUnreadable(count: number): Message {
  return {
    cause: {
      en: `${count} more ${count === 1 ? "stream" : "streams"} cannot be read: the report is without them`,
      zh: `另有 ${count} 个流无法读取，报告中不包含它们`,
    },
  };
}

/** A stream of a run is not as it was recorded. */
export function streamDamaged(path: string, damage: Damage): Message {
  const why = damageWords(damage);
  return {
    cause: {
      en: `Cannot use stream "${path}": ${why.en}`,
      zh: `无法使用流 "${path}"：${why.zh}`,
    },
  };
}

function damageWords(damage: Damage): Bilingual {
  switch (damage.kind) {
    case "headless":
      return {
        en: "it does not begin with the header that every recording has",
        zh: "开头没有录制文件都有的头部",
      };
    case "cut":
      return {
        en: "the file is cut, its closing line is missing",
        zh: "文件被截断，缺少结尾行",
      };
    case "other": {
      const [found, told] = [OUTCOME_WORDS[damage.found], OUTCOME_WORDS[damage.told]];
      return damage.found === damage.told
        ? {
            en: `it has failed for another reason than run.json says`,
            zh: `失败的原因与 run.json 的记录不符`,
          }
        : {
            en: `run.json says "${told.en}", and the stream in it is "${found.en}"`,
            zh: `run.json 记录的结果是“${told.zh}”，而文件中的流是“${found.zh}”`,
          };
    }
  }
}

/** Its streams are reported on as files. */
export function runFileBroken({ file, problem, message }: RunFileError): Message {
  const zh =
    problem === null
      ? "它不是 streamgauge.run/1 格式"
      : `${problem.place} 应为${problem.expected.zh}`;
  return {
    cause: { en: message, zh: `无法读取运行记录 "${file}"：${zh}` },
    step: {
      en: "The streams beside it are reported one by one, without what the run says of itself",
      zh: "将逐个汇总旁边的流，但缺少运行本身的信息",
    },
  };
}

export function streamsMissing(count: number): Message {
  return {
    cause: {
      en: `${count} ${count === 1 ? "stream was" : "streams were"} not kept: the report is without ${count === 1 ? "it" : "them"}`,
      zh: `有 ${count} 个流未能保存，报告中不包含它们`,
    },
  };
}
