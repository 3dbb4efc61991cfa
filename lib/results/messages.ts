import type { FormProblem } from "../base/form.ts";
import type { Bilingual, Message } from "../base/message.ts";
import { formatCount } from "../text/amounts.ts";

/** No form of output was asked for. */
export function noOutput(): Message {
  return {
    cause: {
      en: "report needs an output: --html, --csv or --openmetrics with a file, or --markdown",
      zh: "report 需要指定输出：--html、--csv 或 --openmetrics 加文件名，或 --markdown",
    },
  };
}

/** `--as` was asked, and nothing that shows it. */
export function asNeedsPage(): Message {
  return {
    cause: {
      en: "The numbers of --as are not in --csv and --openmetrics: --html and --markdown show them",
      zh: "--csv 和 --openmetrics 不含 --as 的数字：可用 --html 或 --markdown 查看",
    },
  };
}

/** The node exporter would not find it. */
export function notProm(path: string): Message {
  return {
    cause: {
      en: `"${path}" does not end in .prom: Prometheus's node exporter reads only files that do`,
      zh: `"${path}" 不以 .prom 结尾：Prometheus 的 node exporter 只读取这样的文件`,
    },
  };
}

export function notAResult(path: string, problem: FormProblem | null): Message {
  const isOther = problem === null || problem.place === "";
  return {
    cause: {
      en: isOther
        ? `Cannot read result "${path}": it is not of the form streamgauge.bench/1`
        : `Cannot read result "${path}": ${problem.place} is not ${problem.expected.en}`,
      zh: isOther
        ? `无法读取结果 "${path}"：它不是 streamgauge.bench/1 格式`
        : `无法读取结果 "${path}"：${problem.place} 应为${problem.expected.zh}`,
    },
    step: {
      en: "bench --out FILE.json writes results",
      zh: "bench --out FILE.json 会写出结果文件",
    },
  };
}

export function nothingInFolder(path: string): Message {
  return {
    cause: {
      en: `Cannot report on "${path}": the folder has neither a result, nor a recorded run, nor a .sse file`,
      zh: `无法为 "${path}" 生成报告：该文件夹中没有结果文件、录制的运行或 .sse 文件`,
    },
  };
}

/** Folders in a folder that are not reported on, and hold what could be. */
export function foldersLeftOut(paths: readonly string[]): Message {
  const names = paths.slice(0, 3).join(", ") + (paths.length > 3 ? ", …" : "");
  const count = formatCount(paths.length);
  return {
    cause: {
      en: `${count} ${paths.length === 1 ? "folder is" : "folders are"} not in the report: ${names}`,
      zh: `有 ${count} 个文件夹未计入报告：${names}`,
    },
    step: {
      en: "Name what is in them itself, to have it in the report",
      zh: "如需计入，请直接给出其中的文件或文件夹",
    },
  };
}

/** A result file beside the recording of the very same runs. */
export function sameAsRecorded(path: string): Message {
  return {
    cause: {
      en: `"${path}" holds the runs that are recorded beside it: they count once`,
      zh: `"${path}" 与旁边录制的是同一批运行，只计一次`,
    },
  };
}

export function notAStream(path: string): Message {
  return {
    cause: {
      en: `Cannot report on "${path}": it is neither a result, nor a transcript, nor an event stream`,
      zh: `无法为 "${path}" 生成报告：它既不是结果文件，也不是转录文件或事件流`,
    },
  };
}

/** `--as` was asked of results that do not have it, and no streams. */
export function definitionsNeedStreams(labels: readonly string[]): Message {
  const names = labels.slice(0, 3).join(", ") + (labels.length > 3 ? ", …" : "");
  return {
    cause: {
      en: `--as has no streams to go by for ${names}: a result has numbers alone`,
      zh: `--as 缺少 ${names} 的流：结果文件中只有数值`,
    },
    step: {
      en: "Give the folder of bench --record, or measure with bench --as",
      zh: "请给出 bench --record 的文件夹，或在测量时使用 bench --as",
    },
  };
}

/** Streams that a run has, and a report on it lacks. */
export function streamsLost(label: string, count: number): Bilingual {
  const shown = formatCount(count);
  return {
    en: `${label}: ${shown} ${count === 1 ? "stream was" : "streams were"} not kept or cannot be read; no figure here counts ${count === 1 ? "it" : "them"}.`,
    zh: `${label}：有 ${shown} 个流未保存或无法读取，本报告的数字不包含它们。`,
  };
}

/** Results of several loads have no verdict: it is about repetitions. */
export function notOneLoad(sources: readonly string[]): Bilingual {
  const names = sources.join(", ");
  const one = sources.length === 1;
  return {
    en: `A verdict is about repetitions under one load, and ${names} ${one ? "holds" : "hold"} several loads: see them side by side above.`,
    zh: `结论需要同一负载下的重复测量，而 ${names} 含有多个负载：请看上面的并排对比。`,
  };
}

/** A result that does not hold all that was asked for. */
export function cutShort(name: string, why: "interrupted" | "incomplete"): Bilingual {
  return why === "interrupted"
    ? { en: `${name}: the measurement was interrupted.`, zh: `${name}：测量被中断。` }
    : {
        en: `${name}: it is incomplete, since a process of bench died.`,
        zh: `${name}：结果不完整，因为 bench 的一个进程异常退出。`,
      };
}
