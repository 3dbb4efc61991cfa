import { type Bilingual, UserError } from "../base/message.ts";
import type { Flags } from "../command/flag_types.ts";
import { metricsNotUrl } from "./server_messages.ts";

/** What `--server-metrics` says: where to read, or not to. */
export type ServerMetricsFlag = "off" | { readonly url: string };

/** @throws {UserError} for what is neither `off` nor the URL of a page, and for one that holds a key. */
export function readServerMetrics(text: string, flag: string): ServerMetricsFlag {
  if (text === "off") return text;
  const url = URL.parse(text);
  const isWeb = url !== null && /^https?:$/.test(url.protocol);
  if (!isWeb || url.username !== "" || url.password !== "") {
    throw new UserError(metricsNotUrl(flag));
  }
  return { url: url.href };
}

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
