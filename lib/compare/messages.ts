import { invocation } from "../command/invocation.ts";
import type { Bilingual, Message } from "../base/message.ts";
import type { FormProblem } from "../base/form.ts";
import { asObject, type JsonObject } from "../base/json.ts";
import { quoted } from "../command/messages/arguments.ts";

/** Messages of `compare`: what cannot be compared, and what to do. */

function howToMeasure(): Bilingual {
  return {
    en: `${invocation("bench")} --repeat 5 --out FILE.json writes what can be compared`,
    zh: `${invocation("bench")} --repeat 5 --out FILE.json 写出的文件可以比较`,
  };
}

export function notPercentage(flag: string, text: string): Message {
  return {
    cause: {
      en: `${flag} must be a percentage from 0% to 100%, such as 5%, got ${quoted(text)}`,
      zh: `${flag} 必须是 0% 到 100% 的百分比（例如 5%），却给了 ${quoted(text)}`,
    },
  };
}

export function againstMissing(): Message {
  return {
    cause: { en: "There is nothing to compare with", zh: "缺少比较的另一侧" },
    step: {
      en: "Name the results of the other side: --against FILE.json",
      zh: "请给出另一侧的结果：--against FILE.json",
    },
  };
}

/** A side that is two. */
export function severalTargets(path: string, names: string): Message {
  return unusable(
    path,
    {
      en: `it holds runs of several targets (${names}), and a side is one`,
      zh: `其中有多个目标的运行（${names}），而一侧只能是一个目标`,
    },
    {
      en: "compare it alone, without --against: its targets are held against each other",
      zh: "请单独比较它，不加 --against：其中的目标会相互比较",
    },
  );
}

/** Three or more protocols were asked in turn. */
export function tooManySides(names: string): Message {
  return {
    cause: {
      en: `These are runs of more than two targets: ${names}`,
      zh: `这些运行属于两个以上的目标：${names}`,
    },
    step: {
      en: "Name the results of the other side: --against FILE.json",
      zh: "请给出另一侧的结果：--against FILE.json",
    },
  };
}

function unusable(path: string, why: Bilingual, step: Bilingual = howToMeasure()): Message {
  return {
    cause: { en: `Cannot compare "${path}": ${why.en}`, zh: `无法比较 "${path}"：${why.zh}` },
    step,
  };
}

export function resultEmpty(path: string): Message {
  return unusable(path, { en: "it is empty", zh: "文件是空的" });
}

export function resultCut(path: string): Message {
  return unusable(
    path,
    { en: "it is not whole JSON", zh: "它不是完整的 JSON" },
    {
      en: "A copy may have been cut; bench --out itself never leaves half of a file",
      zh: "可能是复制时被截断；bench --out 本身不会留下半个文件",
    },
  );
}

export function resultIsTranscript(path: string): Message {
  return unusable(
    path,
    { en: "it is the stream of one request, not a result", zh: "它是单个请求的流，不是测量结果" },
    {
      en: `${invocation("replay")} --report sums it up; to compare, name the folder of a run, which holds run.json`,
      zh: `${invocation("replay")} --report 可以汇总它；要比较，请给出含有 run.json 的运行文件夹`,
    },
  );
}

export function resultOther(path: string, schema: string | null): Message {
  return schema === null
    ? unusable(path, { en: "it is no result of bench", zh: "它不是 bench 的结果" })
    : unusable(path, {
        en: `it is of the form ${quoted(schema)}, not streamgauge.bench/1`,
        zh: `它的格式是 ${quoted(schema)}，不是 streamgauge.bench/1`,
      });
}

export function resultMalformed(path: string, { place, expected }: FormProblem): Message {
  return unusable(path, {
    en: `${place} is not ${expected.en}`,
    zh: `${place} 应为${expected.zh}`,
  });
}

export function runFileUnusable(path: string, problem: FormProblem | null): Message {
  return problem === null
    ? unusable(path, {
        en: "it is not of the form streamgauge.run/1",
        zh: "它不是 streamgauge.run/1 格式",
      })
    : resultMalformed(path, problem);
}

/** A `run.json` under another name cannot be read: it names the streams beside it. */
export function runFileMoved(path: string): Message {
  return unusable(
    path,
    { en: "it is a run.json under another name", zh: "它是改了名的 run.json" },
    {
      en: "Name the folder that holds run.json and the streams of the run",
      zh: "请给出含有 run.json 和各个流的文件夹",
    },
  );
}

export function noRuns(path: string): Message {
  return unusable(path, { en: "it holds no run", zh: "其中没有任何运行" });
}

export function noResults(path: string): Message {
  return unusable(path, {
    en: "the folder holds neither results nor recorded runs",
    zh: "该文件夹中既没有结果文件，也没有录制的运行",
  });
}

export function sameRunTwice(one: string, other: string): Message {
  return {
    cause:
      one === other
        ? { en: `"${one}" is given twice`, zh: `"${one}" 给出了两次` }
        : {
            en: `"${one}" and "${other}" hold the same run`,
            zh: `"${one}" 和 "${other}" 含有同一次运行`,
          },
    step: {
      en: "Each run counts once, and on one side",
      zh: "每次运行只能计入一次，且只能在一侧",
    },
  };
}

export function loadsDiffer(
  path: string,
  { name, values }: { readonly name: string; readonly values: string },
): Message {
  return unusable(
    path,
    {
      en: `the runs of a side are no repetitions of one another: ${name} is ${values}`,
      zh: `同一侧的各次运行并非重复测量：${name} 为 ${values}`,
    },
    {
      en: `Compare runs under one load; ${invocation("bench")} --repeat makes them, --sweep and --find-max do not`,
      zh: `请比较同一负载下的运行：用 ${invocation("bench")} --repeat，而不是 --sweep 或 --find-max`,
    },
  );
}

/** Of two runs, one at least sent recorded traffic, and the other one not the same. */
export function worksDiffer(
  one: { readonly source: string; readonly run: WorkOfRun },
  other: { readonly source: string; readonly run: WorkOfRun },
): Message {
  const [a, b] = [workWords(one.run), workWords(other.run)];
  return {
    cause: {
      en: `Cannot compare "${one.source}" with "${other.source}": they did different work: ${a.en}, and ${b.en}`,
      zh: `无法比较 "${one.source}" 与 "${other.source}"：两者的负载不同：${a.zh}，${b.zh}`,
    },
    step: {
      en: "Replay the same recordings at the same speed on both sides",
      zh: "请在两侧以相同速度重放相同的录制",
    },
  };
}

interface WorkOfRun {
  readonly config: JsonObject;
}

function workWords({ config }: WorkOfRun): Bilingual {
  const { path, requests, speed } = asObject(config["replay"]) ?? {};
  if (path === undefined) return { en: "no replay", zh: "不是重放" };
  const pace = typeof speed === "number" ? `${speed}×` : "--rate";
  return {
    en: `a replay of ${requests} requests of ${quoted(String(path))} (${pace})`,
    zh: `重放 ${quoted(String(path))} 的 ${requests} 个请求（${pace}）`,
  };
}

/** `path`: the side with one run. */
export function oneRunOnly(path: string, { others }: { readonly others: number }): Message {
  return unusable(
    path,
    {
      en: `it holds one run, and the other side has ${others}`,
      zh: `它只有一次运行，而另一侧有 ${others} 次`,
    },
    {
      en: `A verdict needs two runs a side or more: ${invocation("bench")} --repeat 5 --out FILE.json`,
      zh: `每侧至少两次运行才能判断：${invocation("bench")} --repeat 5 --out FILE.json`,
    },
  );
}

export function gateNeedsRuns(flag: string): Message {
  return {
    cause: {
      en: `${flag} cannot be decided by one run a side`,
      zh: `每侧只有一次运行，无法判断 ${flag}`,
    },
    step: {
      en: `Measure each side several times: ${invocation("bench")} --repeat 5 --out FILE.json`,
      zh: `请把每一侧多测几次：${invocation("bench")} --repeat 5 --out FILE.json`,
    },
  };
}

export function gateUndecided(flag: string): Message {
  return {
    cause: {
      en: `${flag} is not decided: the runs lack values that it is about`,
      zh: `无法判断 ${flag}：运行中缺少所需的值`,
    },
    step: {
      en: `${invocation("replay")} --report, or the report of bench, says what is missing in a run`,
      zh: `可用 ${invocation("replay")} --report 或 bench 的报告查看缺了什么`,
    },
  };
}

export function streamsLost(path: string, count: number): Message {
  const [streams, are] = count === 1 ? ["stream", "it is"] : ["streams", "they are"];
  return {
    cause: {
      en: `${count} ${streams} of "${path}" cannot be read: ${are} left out`,
      zh: `"${path}" 中有 ${count} 个流无法读取，未计入`,
    },
    step: {
      en: `${invocation("replay")} --report "${path}" says why`,
      zh: `原因见 ${invocation("replay")} --report "${path}"`,
    },
  };
}
