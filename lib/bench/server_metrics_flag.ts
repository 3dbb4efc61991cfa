import type { Bilingual } from "../base/message.ts";
import { readServerMetrics } from "./server_metrics.ts";
import type { Flags } from "../command/flag_types.ts";

/** `--server-metrics`, under this heading. */
export function serverMetricsFlag(group: Bilingual) {
  return {
    type: "custom",
    hint: "URL|off",
    group,
    description: {
      en: "Read there what the server says of itself (vLLM, SGLang, llama.cpp, TGI)",
      zh: "从此网址读取服务端自身的指标（vLLM、SGLang、llama.cpp、TGI）",
    },
    shownDefault: { en: "/metrics of a server on this machine", zh: "本机服务器的 /metrics" },
    read: readServerMetrics,
  } as const satisfies Flags[string];
}
