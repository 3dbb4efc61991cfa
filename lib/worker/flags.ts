import type { Flags } from "../command/flag_types.ts";
import { endpointFlags } from "../target/endpoint_flags.ts";

const fleet = { en: "Fleet", zh: "集群" };
const keys = { en: "Keys", zh: "密钥" };

/** The flags of `worker`. */
export const workerFlags = {
  fleet: {
    type: "text",
    hint: "URL",
    group: fleet,
    description: {
      en: "The Redis of the fleet, such as redis://10.0.0.5:6379, or rediss:// with TLS",
      zh: "集群的 Redis，如 redis://10.0.0.5:6379，使用 TLS 时为 rediss://",
    },
    shownDefault: { en: "what STREAMGAUGE_FLEET holds", zh: "STREAMGAUGE_FLEET 的值" },
  },
  name: {
    type: "text",
    hint: "NAME",
    group: fleet,
    description: { en: "What results call this worker", zh: "结果中使用的工作机名称" },
    shownDefault: { en: "the host's name and the process", zh: "主机名和进程号" },
  },
  streams: {
    type: "number",
    integer: true,
    min: 1,
    max: 1000,
    group: fleet,
    description: {
      en: "So many streams one process of this machine carries",
      zh: "本机每个进程可承载的流数",
    },
    shownDefault: { en: "as measured at the start, 64 at most", zh: "启动时测得，最多 64" },
  },
  keep: {
    type: "text",
    hint: "DIR",
    group: fleet,
    description: {
      en: "Keep there what was measured, until the bench has it",
      zh: "测得的数据在交给测试之前保存于此",
    },
    shownDefault: { en: "a folder for temporary files", zh: "临时文件夹" },
  },
  "base-url": {
    ...endpointFlags["base-url"],
    group: keys,
    description: {
      en: "The one endpoint that the key of --key-env goes to",
      zh: "--key-env 的密钥只发往此接口",
    },
  },
  "key-env": {
    ...endpointFlags["key-env"],
    group: keys,
    description: {
      en: "The variable that holds the key for --base-url",
      zh: "存放 --base-url 所用密钥的环境变量名",
    },
  },
  "env-file": { ...endpointFlags["env-file"], group: keys },
} as const satisfies Flags;
