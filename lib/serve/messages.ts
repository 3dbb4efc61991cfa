import type { Message } from "../base/message.ts";
import type { HostNames } from "../server/http/host_names.ts";
import type { ServedRequest } from "../server/http/http_server.ts";
import type { ProcessEnd } from "../measure/process_death.ts";
import { processEndWords } from "../report/run/process_end_words.ts";
import { quoted } from "../command/messages/arguments.ts";

/** `meant` is the origin in what was given. */
export function notOrigin(
  flag: string,
  { text, meant }: { readonly text: string; readonly meant: string | null },
): Message {
  const cause = {
    en: `${flag} must be an origin such as http://localhost:3000, or *, or null, got ${quoted(text)}`,
    zh: `${flag} 必须是网页来源（例如 http://localhost:3000）、* 或 null，却给了 ${quoted(text)}`,
  };
  if (meant === null) return { cause };
  return { cause, step: { en: `Write ${flag} ${meant}`, zh: `请写 ${flag} ${meant}` } };
}

export function flagNeeds(flag: string, other: string): Message {
  return {
    cause: { en: `${flag} needs ${other}`, zh: `${flag} 需要与 ${other} 一起使用` },
  };
}

export function nothingToServe(): Message {
  return {
    cause: { en: "There is nothing to serve", zh: "没有可提供的内容" },
    step: {
      en: "Name a transcript or a folder, or give --simulate tps=80, or --upstream URL --record DIR",
      zh: "请给出转录文件或文件夹，或使用 --simulate tps=80，或 --upstream URL --record DIR",
    },
  };
}

export function filesNotServed(flag: string): Message {
  return {
    cause: {
      en: `${flag} serves no transcripts; name no files with it`,
      zh: `${flag} 不提供转录文件，请不要同时给出文件`,
    },
  };
}

export function noTranscriptsToServe(path: string): Message {
  return {
    cause: {
      en: `Cannot serve "${path}": the folder has no .sse file`,
      zh: `无法提供 "${path}"：该文件夹中没有 .sse 文件`,
    },
  };
}

/** What it passed on would come back to it. */
export function upstreamIsItself(baseUrl: string): Message {
  return {
    cause: {
      en: `Cannot pass requests to ${baseUrl}: that is where this server is to listen`,
      zh: `无法将请求转发到 ${baseUrl}：那正是本服务要监听的地址`,
    },
    step: {
      en: "Name the real endpoint with --upstream, or give another --port",
      zh: "请用 --upstream 给出真正的服务，或换一个 --port",
    },
  };
}

/** `code` is the system's: `EADDRINUSE`. */
export function cannotListen(address: string, code: string): Message {
  switch (code) {
    case "EADDRINUSE":
      return {
        cause: {
          en: `Cannot listen on ${address}: the port is in use`,
          zh: `无法监听 ${address}：端口已被占用`,
        },
        step: {
          en: "Give another --port; without it any free one is taken",
          zh: "请换一个 --port；不给则自动选择空闲端口",
        },
      };
    case "EACCES":
      return {
        cause: {
          en: `Cannot listen on ${address}: the system does not allow this port`,
          zh: `无法监听 ${address}：系统不允许使用该端口`,
        },
        step: { en: "Give a --port above 1023", zh: "请使用 1023 以上的 --port" },
      };
    default:
      return {
        cause: {
          en: `Cannot listen on ${address}: ${code}`,
          zh: `无法监听 ${address}：${code}`,
        },
        step: {
          en: "--host must be a name or an address of this machine",
          zh: "--host 必须是本机的名称或地址",
        },
      };
  }
}

export function reachableFromOutside(host: string): Message {
  return {
    cause: {
      en: `Warning: ${host} is not loopback, so other machines can use this endpoint`,
      zh: `警告：${host} 不是本机回环地址，其他机器也能访问此服务`,
    },
  };
}

/** Said where other machines are let in. */
export function answeringTo({ names }: Pick<HostNames, "names">): Message {
  return {
    cause: {
      en: `It answers to any IP address and to ${["localhost", ...names].join(", ")}; to no other name in a URL`,
      zh: `URL 中可以使用任意 IP 地址，以及 ${["localhost", ...names].join("、")}；其他名称会被拒绝`,
    },
  };
}

export function servingTranscripts(count: number, models: readonly string[]): Message {
  const named = models.length === 0 ? "" : models.slice(0, 5).join(", ");
  const more = models.length > 5 ? ", …" : "";
  return {
    cause: {
      en: `Serving ${count} ${count === 1 ? "transcript" : "transcripts"}${named === "" ? "" : ` of ${named}${more}`}; Ctrl-C stops`,
      zh: `正在提供 ${count} 个转录文件${named === "" ? "" : `（${named}${more}）`}；按 Ctrl-C 停止`,
    },
  };
}

export function servingSimulation(): Message {
  return {
    cause: {
      en: "Serving a simulated model; Ctrl-C stops",
      zh: "正在提供模拟模型；按 Ctrl-C 停止",
    },
  };
}

/** Why one process alone can do what a flag asks for. */
const ONE_PROCESS = {
  "--verdict": {
    en: "one process has to see all that a client does",
    zh: "须由单个进程看到客户端的全部行为",
  },
  "--upstream": {
    en: "one process has to number the recordings",
    zh: "须由单个进程为录制文件编号",
  },
  "--simulate concurrency=": {
    en: "one process has to know how many requests are at work",
    zh: "须由单个进程掌握正在处理的请求数",
  },
  "--simulate cache=on": {
    en: "one process has to remember all prompts",
    zh: "须由单个进程记住所有提示词",
  },
} as const;

export function notInSeveralProcesses(flag: keyof typeof ONE_PROCESS): Message {
  const { en, zh } = ONE_PROCESS[flag];
  return {
    cause: {
      en: `--workers does not go with ${flag}: ${en}`,
      zh: `--workers 不能与 ${flag} 同时使用：${zh}`,
    },
    step: { en: "Leave one of them out", zh: "请去掉其中一个" },
  };
}

export function workersOnLinux(): Message {
  return {
    cause: {
      en: "--workers works on Linux only: other systems do not deal out the connections of a port",
      zh: "--workers 只能在 Linux 上使用：其他系统不会将同一端口的连接分给多个进程",
    },
  };
}

export function sharedPort(processes: number): Message {
  return {
    cause: {
      en: `${processes} processes share the port: the system chooses which one answers, so what goes in turn differs between runs`,
      zh: `${processes} 个进程共用该端口：由系统决定哪个进程回答，因此按顺序轮流的内容每次运行都可能不同`,
    },
  };
}

export function servingProcessDied(end: ProcessEnd): Message {
  const { en, zh } = processEndWords(end);
  return {
    cause: {
      en: `One of the serving processes ended (${en}), so all of them stop`,
      zh: `其中一个服务进程已结束（${zh}），因此全部停止`,
    },
  };
}

export function passingThrough(upstream: string, folder: string): Message {
  return {
    cause: {
      en: `Passing requests to ${upstream} and recording into "${folder}"; Ctrl-C stops`,
      zh: `正在将请求转发到 ${upstream}，并录制到 "${folder}"；按 Ctrl-C 停止`,
    },
  };
}

/** A line of the log. */
export function served(request: ServedRequest): Message {
  const { method, path, status, from, pieces, bytes, ended } = request;
  const took = `${Math.round(request.took)} ms`;
  const endings = {
    end: { en: "", zh: "" },
    cut: { en: ", then cut", zh: "，随后断开" },
    reset: { en: ", then reset", zh: "，随后重置连接" },
    gone: { en: ", the client went away", zh: "，客户端已离开" },
    closed: { en: ", ended by the shutdown", zh: "，因服务关闭而中止" },
  };
  const ending = endings[ended];
  const source = { en: from === "" ? "" : ` (${from})`, zh: from === "" ? "" : `（${from}）` };
  return {
    cause: {
      en: `${method} ${path}: ${status ?? "no response"}${source.en}, pieces ${pieces}, bytes ${bytes}, ${took}${ending.en}`,
      zh: `${method} ${path}：${status ?? "无响应"}${source.zh}，数据段 ${pieces}，字节 ${bytes}，用时 ${took}${ending.zh}`,
    },
  };
}
