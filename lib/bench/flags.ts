import { fleetFlags } from "./fleet_flags.ts";
import type { commonFlags } from "../command/declaration.ts";
import { API_NAMES } from "../settings/api.ts";
import { endpointFlags, type samplingFlags, readingFlags } from "../target/endpoint_flags.ts";
import type { Flags, FlagValues } from "../command/flag_types.ts";
import { asFlag } from "../report/definitions/as_flag.ts";
import type { ReadTraffic } from "./traffic.ts";
import { serverMetricsFlag } from "./server_metrics_flag.ts";
import { readApis } from "./sides.ts";
import {
  readArrival,
  readDepths,
  readPrice,
  readRamp,
  readServiceLevel,
  readSweep,
} from "./flag_values.ts";
import { promptFlags } from "./prompt_flags.ts";

const load = { en: "Load", zh: "负载" };
const search = { en: "Several runs", zh: "多次运行" };
const results = { en: "Results", zh: "结果" };

/** The flags of a load run. */
export const benchFlags = {
  concurrency: {
    type: "number",
    integer: true,
    min: 1,
    max: 10_000,
    several: "--sweep",
    group: load,
    description: {
      en: "So many requests at any time; with --rate the most at a time",
      zh: "同时进行的请求数；与 --rate 同用时为上限",
    },
    shownDefault: "1",
  },
  rate: {
    type: "number",
    min: 0.001,
    max: 100_000,
    hint: "R",
    group: load,
    description: {
      en: "Send so many requests a second, whatever earlier ones do",
      zh: "每秒发送的请求数，不等待先前的请求",
    },
  },
  arrival: {
    type: "custom",
    hint: "constant|poisson|gamma:burstiness=B",
    group: load,
    description: {
      en: "How the arrivals of --rate lie; a burstiness below 1 comes in bursts, 1 is poisson",
      zh: "--rate 的到达方式；burstiness 小于 1 时成簇到达，等于 1 即 poisson",
    },
    shownDefault: "constant",
    read: readArrival,
  },
  ramp: {
    type: "custom",
    hint: "[rate=]A..B/T",
    group: load,
    description: {
      en: "Go evenly from A to B within T, and stay there: the concurrency, or with rate= the rate; 1..32/60s",
      zh: "在 T 内从 A 均匀变到 B 并保持：默认为并发数，rate= 表示速率；例如 1..32/60s",
    },
    read: readRamp,
  },
  requests: {
    type: "number",
    integer: true,
    min: 1,
    max: 10_000_000,
    group: load,
    description: { en: "Send so many requests", zh: "总请求数" },
    shownDefault: { en: "20, or 4 for each stream at a time", zh: "20，或每个并发流 4 个" },
  },
  duration: {
    type: "duration",
    group: load,
    description: { en: "Send for so long", zh: "发送持续时间" },
  },
  drain: {
    type: "duration",
    group: load,
    description: {
      en: "After --duration or Ctrl-C, let requests in flight go on for so long",
      zh: "到达 --duration 或按 Ctrl-C 后，等待进行中请求的时限",
    },
    shownDefault: "30s",
  },
  warmup: {
    type: "number",
    integer: true,
    min: 0,
    max: 10_000,
    group: load,
    description: { en: "Requests before, not counted", zh: "预热请求数，不计入结果" },
    shownDefault: { en: "one for each stream at a time", zh: "每个并发流一个" },
  },
  cold: {
    type: "boolean",
    group: load,
    description: { en: "Open connections while measuring", zh: "不预热，测量包含建立连接" },
  },
  "resend-reused": {
    type: "boolean",
    group: load,
    description: {
      en: "Send a request once more, and say so, if the endpoint had closed the open connection it went over",
      zh: "若复用的连接已被服务端关闭，则重发一次请求，并予以说明",
    },
  },
  workers: {
    type: "number",
    integer: true,
    min: 1,
    max: 64,
    group: load,
    description: { en: "Send from so many processes", zh: "用多少个进程发送" },
    shownDefault: { en: "as many as the streams need", zh: "按并发流数决定" },
  },
  ...fleetFlags,
  "plan-seed": {
    type: "number",
    integer: true,
    group: load,
    description: {
      en: "Seed of arrivals and prompts; the results name it",
      zh: "到达时间和提示词的随机种子，会写入结果",
    },
    shownDefault: {
      en: "a new one, so that no cache knows the prompts",
      zh: "每次新取，避免提示词已被缓存",
    },
  },
  ...promptFlags,
  slo: {
    type: "custom",
    hint: "ttft=T,tpot=T,…",
    group: results,
    description: {
      en: "The service level of a good request: ttft, tpot, e2e, itl",
      zh: "合格请求的指标上限：ttft、tpot、e2e、itl",
    },
    read: readServiceLevel,
  },
  price: {
    type: "custom",
    hint: "IN,OUT",
    group: results,
    description: {
      en: "Price of a million tokens in and out",
      zh: "每百万输入、输出 token 的价格",
    },
    read: readPrice,
  },
  versus: {
    type: "boolean",
    group: search,
    description: {
      en: "Compare two targets in turn (A B B A …); without the flags below, the first one with itself",
      zh: "轮流比较两个目标（A B B A …）；不给下列选项时，与自身比较",
    },
  },
  "versus-provider": {
    type: "text",
    hint: "NAME",
    group: search,
    description: { en: "The provider of the second target", zh: "第二个目标的服务" },
  },
  "versus-base-url": {
    type: "text",
    hint: "URL",
    group: search,
    description: { en: "Its base URL", zh: "第二个目标的网址" },
  },
  "versus-model": {
    type: "text",
    hint: "NAME",
    group: search,
    description: { en: "Its model", zh: "第二个目标的模型" },
    shownDefault: { en: "that of the first", zh: "与第一个相同" },
  },
  "versus-api": {
    type: "enum",
    options: API_NAMES,
    group: search,
    description: { en: "Its protocol", zh: "第二个目标的协议" },
  },
  "versus-key-env": {
    type: "text",
    hint: "NAME",
    group: search,
    description: { en: "The variable that holds its key", zh: "存放其密钥的环境变量名" },
  },
  sweep: {
    type: "custom",
    hint: "1,2,4,8",
    group: search,
    description: { en: "One run for each concurrency", zh: "对每个并发数各运行一次" },
    read: readSweep,
  },
  depth: {
    type: "custom",
    hint: "0,4k,16k",
    group: search,
    description: {
      en: "One run for each depth: so many tokens of context before each --synthetic prompt, read once before; prefill and decoding as llama-bench has them",
      zh: "对每个上下文深度各运行一次：在 --synthetic 提示词之前放这么多 token，事先读入一次；如 llama-bench 给出预填充和解码速率",
    },
    read: readDepths,
  },
  "find-max": {
    type: "boolean",
    group: search,
    description: {
      en: "Find the highest rate (from --rate on) or concurrency at which 99 % meet --slo, in steps of --duration (30s)",
      zh: "寻找 99% 请求满足 --slo 的最高速率（从 --rate 起）或并发数，每步时长为 --duration（30s）",
    },
  },
  repeat: {
    type: "number",
    integer: true,
    min: 1,
    max: 1000,
    group: search,
    description: { en: "Repeat the run", zh: "重复运行的次数" },
    shownDefault: { en: "1; 5 with --versus", zh: "1；与 --versus 同用时为 5" },
  },
  calibrate: {
    type: "boolean",
    group: results,
    description: {
      en: "Also run against a simulated model that knows the truth, and show the client's own error",
      zh: "再对已知真值的模拟模型运行一次，显示客户端自身误差",
    },
  },
  as: { ...asFlag.as, group: results },
  out: {
    type: "text",
    hint: "FILE.json",
    group: results,
    description: { en: "Write all results there, as the run goes", zh: "边运行边写入全部结果" },
  },
  html: {
    type: "text",
    hint: "FILE.html",
    group: results,
    description: {
      en: "Write a page about the results there: one file, which needs no network",
      zh: "写入结果网页：单个文件，无需网络",
    },
  },
  record: {
    type: "text",
    hint: "DIR",
    group: results,
    description: { en: "Keep every stream there", zh: "把每个流保存到此文件夹" },
  },
  force: {
    type: "boolean",
    group: results,
    description: { en: "Overwrite what is there", zh: "覆盖已有文件" },
  },
  json: {
    type: "boolean",
    group: results,
    description: { en: "Print all results as JSON", zh: "以 JSON 输出全部结果" },
  },
  strict: {
    type: "boolean",
    group: results,
    description: {
      en: "Exit with 7 if the client was the limit, or --slo was missed",
      zh: "客户端成为瓶颈或未满足 --slo 时以 7 退出",
    },
  },
  stall: {
    type: "duration",
    group: results,
    description: { en: "Count gaps longer than this as stalls", zh: "超过此时长的间隔算作停顿" },
    shownDefault: "500ms",
  },
  "server-metrics": serverMetricsFlag(results),
  "usage-cache": readingFlags(results)["usage-cache"],
} as const satisfies Flags;

/** Which endpoint: over several protocols it is asked in turn. */
export const benchEndpointFlags = {
  ...endpointFlags,
  api: {
    type: "custom",
    hint: API_NAMES.join("|"),
    group: endpointFlags.api.group,
    description: {
      en: "The protocol to ask over; of several (chat,responses) each in turn, side by side",
      zh: "使用的协议；给出多个（chat,responses）时轮流测量，并排显示",
    },
    shownDefault: endpointFlags.api.shownDefault,
    read: readApis,
  },
} as const satisfies Flags;

/** Everything that can be asked of `bench`. */
export type BenchFlags = FlagValues<typeof benchFlags> &
  FlagValues<typeof benchEndpointFlags> &
  FlagValues<typeof samplingFlags> &
  FlagValues<typeof commonFlags> & {
    /** What `--replay` names, once it has been read. */
    readonly traffic?: ReadTraffic | undefined;
  };
