import type { EntryProblem } from "../load/prompt_entry.ts";
import type { LeftOut, PromptError, PromptProblem } from "../load/prompts.ts";
import type { Bilingual, Message } from "../base/message.ts";
import { fileReason } from "../command/messages/files.ts";

/** Messages of load runs. */

export function listBad(flag: string, text: string, example: string): Message {
  return {
    cause: {
      en: `${flag} takes a form like ${example}, not "${text}"`,
      zh: `${flag} 的形式应为 ${example}，而不是 "${text}"`,
    },
  };
}

export function promptsUnusable(path: string, error: PromptError): Message {
  const { line, entry, problem } = error;
  const place = line === null ? (entry === null ? "" : `第 ${entry} 项`) : `第 ${line} 行`;
  return {
    cause: {
      en: `Cannot take prompts from "${path}": ${error.message}`,
      zh: `无法从 "${path}" 读取提示词：${place}${PROMPT_PROBLEMS[problem]}`,
    },
  };
}

const PROMPT_PROBLEMS: Readonly<Record<PromptProblem, string>> = {
  empty: "其中没有提示词",
  no_array: "以 JSON 数组开头，但不是有效的 JSON 数组",
  no_object: "不是 JSON 对象",
  no_messages: '没有 "prompt"、"messages"、"conversations"、"instruction"、"question" 或 "text"',
  empty_conversation: "的对话为空",
  no_question: "没有用户的发言",
  unknown_role: "中有未知的角色",
  no_content: "中有一轮没有文本",
};

const LEFT_OUT: Readonly<Record<EntryProblem, Bilingual>> = {
  no_object: { en: "not a JSON object", zh: "不是 JSON 对象" },
  no_messages: { en: "no key that is known", zh: "没有已知的字段" },
  empty_conversation: { en: "an empty conversation", zh: "对话为空" },
  no_question: { en: "no turn of the user", zh: "没有用户的发言" },
  unknown_role: { en: "a role that is not known", zh: "有未知的角色" },
  no_content: { en: "a turn without text", zh: "有一轮没有文本" },
};

/** How many places of each kind are named. */
const PLACES_NAMED = 3;

/** Entries that are not asked, of so many. */
export function promptsLeftOut(
  path: string,
  { leftOut, count }: { readonly leftOut: readonly LeftOut[]; readonly count: number },
): Message {
  const kinds = [...Map.groupBy(leftOut, ({ problem }) => problem)].map(([problem, entries]) => {
    const places = entries.slice(0, PLACES_NAMED).map(({ line, entry }) => line ?? entry);
    const more = entries.length > PLACES_NAMED ? ", …" : "";
    const isLine = entries[0]?.line !== null;
    const word = `${isLine ? "line" : "entry"}`;
    const words = entries.length === 1 ? word : isLine ? "lines" : "entries";
    return {
      en: `${LEFT_OUT[problem].en} (${words} ${places.join(", ")}${more})`,
      zh: `${LEFT_OUT[problem].zh}（第 ${places.join("、")}${more && "……"} ${isLine ? "行" : "项"}）`,
    };
  });
  const isOne = leftOut.length === 1;
  return {
    cause: {
      en: `${leftOut.length} of ${count} entries of "${path}" ${isOne ? "is" : "are"} left out: ${kinds.map(({ en }) => en).join(", ")}`,
      zh: `"${path}" 的 ${count} 项中有 ${leftOut.length} 项不使用：${kinds.map(({ zh }) => zh).join("，")}`,
    },
  };
}

export function severalChoicesRefused(): Message {
  return {
    cause: {
      en: "Cannot bench several choices: n is more than 1, so the streams of one request overlap",
      zh: "无法测试多个候选回答：n 大于 1 时，同一请求的多个流会重叠",
    },
  };
}

export function tooManyWorkers(workers: number, places: number): Message {
  return {
    cause: {
      en: `--workers ${workers} is more than the ${places} requests at a time`,
      zh: `--workers ${workers} 多于同时进行的请求数 ${places}`,
    },
  };
}

/** So many beginnings that prompts share are sent beforehand. */
export function priming(groups: number): Message {
  const count = `${groups} ${groups === 1 ? "beginning" : "beginnings"}`;
  return {
    cause: {
      en: `Filling the cache: ${count} of prompts, not counted`,
      zh: `填充缓存：${groups} 个提示词开头，不计入结果`,
    },
  };
}

/** `tokens`: the most that each of them may answer. */
export function warmingUp(count: number, tokens: number): Message {
  const size =
    tokens === 1
      ? { en: "one token", zh: "只生成一个" }
      : { en: `${tokens} tokens`, zh: `最多生成 ${tokens} 个` };
  return {
    cause: {
      en: `Warming up: ${count} ${count === 1 ? "request" : "requests"} of ${size.en}, not counted`,
      zh: `预热：${count} 个${size.zh} token 的请求，不计入结果`,
    },
  };
}

export function warmUpFailed(message: Message): Message {
  return {
    cause: {
      en: `The warm-up failed, so nothing was measured: ${message.cause.en}`,
      zh: `预热失败，因此没有测量：${message.cause.zh}`,
    },
    ...(message.step === undefined ? undefined : { step: message.step }),
  };
}

/** By Ctrl-C. */
export function warmUpStopped(): Message {
  return {
    cause: {
      en: "Stopped during the warm-up: nothing was measured",
      zh: "在预热时停止：没有测量",
    },
  };
}

export function step(label: string): Message {
  return { cause: { en: `Run: ${label}`, zh: `运行：${label}` } };
}

export function simulatedDemo(spec: string): Message {
  return {
    cause: {
      en: `Demo: a simulated model in its own process (${spec})`,
      zh: `演示：独立进程中的模拟模型（${spec}）`,
    },
  };
}

export function stopping(): Message {
  return {
    cause: {
      en: "Stopping: no more requests are sent, those in flight may finish; Ctrl-C again stops now",
      zh: "正在停止：不再发送新请求，等待进行中的请求完成；再按一次 Ctrl-C 立即停止",
    },
  };
}

export function recordingFailed(count: number, reason: string): Message {
  return {
    cause: {
      en: `${count} ${count === 1 ? "stream was" : "streams were"} not recorded: ${reason}`,
      zh: `有 ${count} 个流未能录制：${reason}`,
    },
  };
}

/** Files that `run.json` names are not in its folder. */
export function streamsGone(files: readonly string[], folder: string): Message {
  const [first = ""] = files;
  const count = files.length;
  return {
    cause: {
      en: `${count} recorded ${count === 1 ? "stream is" : "streams are"} no longer in "${folder}": ${first}${count === 1 ? "" : " and others"}`,
      zh: `"${folder}" 中缺少 ${count} 个已录制的流：${first}${count === 1 ? "" : " 等"}`,
    },
    step: {
      en: "Leave the folder alone while bench runs",
      zh: "bench 运行期间请不要改动该文件夹",
    },
  };
}

export function folderNotEmpty(path: string): Message {
  return {
    cause: {
      en: `Cannot record into "${path}": the folder is not empty`,
      zh: `无法录制到 "${path}"：该文件夹不为空`,
    },
    step: {
      en: "--force replaces the run in it; other files stay",
      zh: "--force 会替换其中已有的录制，不影响其他文件",
    },
  };
}

export function resultsUnsaved(path: string, error: unknown): Message {
  const reason = fileReason(error);
  return {
    cause: {
      en: `Cannot save results in "${path}": ${reason.en}; the run goes on`,
      zh: `无法将结果保存到 "${path}"：${reason.zh}；运行继续`,
    },
  };
}

export function calibrating(model: string): Message {
  return {
    cause: {
      en: `Calibrating against a simulated model (${model})`,
      zh: `正在用模拟模型校准（${model}）`,
    },
  };
}

export function notCalibrated(): Message {
  return {
    cause: {
      en: "Cannot calibrate: the run has no TTFT or no TPOT that a simulated model could be given",
      zh: "无法校准：运行结果中没有 TTFT 或 TPOT，无法据此设置模拟模型",
    },
  };
}

export function calibrationImpossible(reason: Bilingual): Message {
  return {
    cause: {
      en: `The calibration could not be done: the simulated model died (${reason.en})`,
      zh: `无法完成校准：模拟模型意外终止（${reason.zh}）`,
    },
    step: {
      en: "What was measured before is not touched by that; run it again for the calibration",
      zh: "此前的测量结果不受影响；如需校准请重新运行",
    },
  };
}

export function simulatedGone(reason: Bilingual): Message {
  return {
    cause: {
      en: `the simulated model died (${reason.en})`,
      zh: `模拟模型意外终止（${reason.zh}）`,
    },
  };
}

/** The labels of runs that were planned and did not come about. */
export function runsLeft(labels: readonly string[], { of }: { readonly of: number }): Message {
  const begun = of - labels.length;
  return {
    cause: {
      en: `${begun} of ${of} runs ${begun === 1 ? "was" : "were"} begun; not begun: ${labels.join(", ")}`,
      zh: `${of} 次运行中开始了 ${begun} 次；没有开始的：${labels.join("、")}`,
    },
  };
}

export function searchEnded(): Message {
  return {
    cause: {
      en: "The search ends here: with a process gone, this step tells nothing",
      zh: "搜索到此结束：有进程意外终止，这一步无法得出结论",
    },
  };
}

export function waitingForPrompts(): Message {
  return {
    cause: {
      en: "Waiting for prompts on stdin (end them with Ctrl-D, on Windows Ctrl-Z and Enter)",
      zh: "正在从标准输入读取提示词（按 Ctrl-D 结束，Windows 上按 Ctrl-Z 再回车）",
    },
  };
}
