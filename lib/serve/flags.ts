import type { Flags, FlagValues } from "../command/flag_types.ts";
import { speedFlag } from "../replay/speed_flag.ts";
import { readSimulation, readSplit } from "../server/values.ts";

const where = { en: "Where", zh: "监听" };
const simulation = { en: "Simulated model", zh: "模拟模型" };
const faults = { en: "Faults", zh: "故障" };
const verdicts = { en: "Verdict on the client", zh: "对客户端的结论" };
const recording = { en: "Recording", zh: "录制" };

/** The flags of `serve`. */
export const serveFlags = {
  port: {
    type: "number",
    hint: "PORT",
    integer: true,
    min: 0,
    max: 65_535,
    group: where,
    description: {
      en: "Listen on this port; 0 is any free one",
      zh: "监听的端口；0 表示任意空闲端口",
    },
    shownDefault: "0",
  },
  host: {
    type: "text",
    hint: "HOST",
    group: where,
    description: {
      en: "Listen on this address; any but loopback lets other machines in",
      zh: "监听的地址；非回环地址会让其他机器也能访问",
    },
    shownDefault: "127.0.0.1",
  },
  "allow-origin": {
    type: "text",
    hint: "ORIGIN",
    repeatable: true,
    group: where,
    description: {
      en: "Answer web pages of this origin, such as http://localhost:3000; * is any page",
      zh: "允许该来源的网页访问，例如 http://localhost:3000；* 表示任意网页",
    },
    shownDefault: { en: "no pages", zh: "不允许网页" },
  },
  workers: {
    type: "number",
    integer: true,
    min: 1,
    max: 64,
    group: where,
    description: {
      en: "Answer from so many processes on one port, for more streams than one can write in time",
      zh: "用多少个进程在同一端口上回答；用于单个进程来不及写出的大量并发流",
    },
    shownDefault: "1",
  },
  speed: speedFlag,
  split: {
    type: "custom",
    hint: "event|N|random:SEED",
    group: speedFlag.group,
    description: {
      en: "Cut bodies elsewhere than recorded: at each event, every N bytes, or anywhere",
      zh: "不按录制的方式切分响应体：按事件、每 N 字节、或随机切分",
    },
    read: (text, flag) => readSplit({ flag, text }),
  },
  match: {
    type: "enum",
    options: ["any", "strict"],
    group: speedFlag.group,
    description: {
      en: "any: same messages and model, else same last user message, else in turn; strict: else 404",
      zh: "any：先匹配相同的消息和模型，再匹配最后一条用户消息，否则轮流；strict：不匹配则 404",
    },
    shownDefault: "any",
  },
  simulate: {
    type: "custom",
    hint: "K=V,...",
    group: simulation,
    description: {
      en: "Simulate a model: ttft=300ms, tps=80, tokens=200, jitter=0.1; also chunk= and reasoning= in tokens, tools=2 (calls at once, of the request's tools; 0: only if one has to be called), accepted=20ms (when Responses and Messages say that they begin), prefill=2000 (prompt tokens a second, on top of ttft), cache=on (what was asked before need not be read again, and is counted), concurrency=",
      zh: "模拟一个模型：ttft=300ms、tps=80、tokens=200、jitter=0.1；还有 chunk=、reasoning=（词元数）、tools=2（同时调用请求中的几个工具；0：仅在必须调用时）、accepted=20ms（Responses 和 Messages 何时表示已开始）、prefill=2000（在 ttft 之外每秒读入的提示词词元数）、cache=on（问过的开头不必再读，并计数）和 concurrency=",
    },
    read: (text, flag) => readSimulation({ flag, text }),
  },
  "sim-seed": {
    type: "number",
    integer: true,
    group: simulation,
    description: { en: "Another seed gives other answers", zh: "不同的种子给出不同的回答" },
    shownDefault: "1",
  },
  stamp: {
    type: "boolean",
    group: simulation,
    description: {
      en: "Write into each chunk when it was sent: streamgauge.sent_us, in µs since 1970",
      zh: "在每个数据块中写入发送时间：streamgauge.sent_us，自 1970 年起的微秒数",
    },
  },
  fault: {
    type: "text",
    hint: "FAULT",
    repeatable: true,
    group: faults,
    description: {
      en: "status:429:retry-after=2, cut:after=50%, early-end, reset, stall:after=3:for=5s, slow-head:3s, error-event, malformed or no-done, in the form of the protocol; after=arguments is amid a tool call; :share=10%:seed=7 strikes some requests only",
      zh: "按所用协议的形式：status:429:retry-after=2、cut:after=50%、early-end、reset、stall:after=3:for=5s、slow-head:3s、error-event、malformed 或 no-done；after=arguments 表示在工具调用的参数中间；加 :share=10%:seed=7 只影响部分请求",
    },
  },
  verdict: {
    type: "boolean",
    group: verdicts,
    description: {
      en: "Judge at the end whether clients noticed the faults. A COMMAND behind -- is run as the client: once without a fault, then once for each --fault, or for those that endpoints really have; it gets OPENAI_BASE_URL and ANTHROPIC_BASE_URL, and no key",
      zh: "结束时判断客户端是否察觉了故障。-- 之后的命令会作为客户端运行：先不带故障运行一次，再对每个 --fault（或真实服务中常见的故障）各运行一次；它会得到 OPENAI_BASE_URL 和 ANTHROPIC_BASE_URL，但不含密钥",
    },
  },
  patience: {
    type: "duration",
    group: verdicts,
    description: {
      en: "A client that waits so long in silence has not noticed",
      zh: "静默这么久仍在等待的客户端视为未察觉",
    },
    shownDefault: "30s",
  },
  out: {
    type: "text",
    hint: "FILE.json",
    group: verdicts,
    description: { en: "Write the verdicts there as JSON, too", zh: "另将结论以 JSON 写入该文件" },
  },
  force: {
    type: "boolean",
    group: verdicts,
    description: { en: "Let --out overwrite a file", zh: "允许 --out 覆盖已有文件" },
  },
  upstream: {
    type: "text",
    hint: "URL",
    group: recording,
    description: {
      en: "Pass requests and the client's key on to this base URL",
      zh: "将请求和客户端的密钥转发到这个 base URL",
    },
  },
  record: {
    type: "text",
    hint: "DIR",
    group: recording,
    description: {
      en: "Keep each of these completions as a transcript, without the key",
      zh: "将每次补全保存为转录文件，不含密钥",
    },
  },
} as const satisfies Flags;

/** Their values. */
export type ServeFlags = FlagValues<typeof serveFlags>;
