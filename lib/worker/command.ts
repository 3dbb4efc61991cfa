import { commonFlags, declareCommand } from "../command/declaration.ts";
import { workerFlags } from "./flags.ts";

export const workerCommand = declareCommand({
  verb: "worker",
  summary: {
    en: "Join a fleet of machines, and carry a share of its benches",
    zh: "加入多机集群，分担其压测任务",
  },
  examples: [
    {
      args: "--fleet redis://10.0.0.5:6379",
      description: { en: "join, until Ctrl-C", zh: "加入集群，按 Ctrl-C 退出" },
    },
    {
      args: "--fleet redis://10.0.0.5:6379 --base-url http://10.0.0.9:8000/v1 --key-env MY_KEY",
      description: { en: "with a key for one endpoint", zh: "带上某个接口的密钥" },
    },
  ],
  flags: { ...workerFlags, ...commonFlags },
});
