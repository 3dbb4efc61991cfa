import type { Bilingual, Message } from "../base/message.ts";
import type { MetricsFailure } from "../load/server_metrics/metrics_watch.ts";

/** Messages about what the server tells of itself. */

export function metricsNotUrl(flag: string): Message {
  return {
    cause: {
      en: `${flag} takes the URL of a page of metrics, without a user or a password, or off`,
      zh: `${flag} 应为指标页面的网址（不含用户名和密码），或 off`,
    },
    step: {
      en: "For example http://127.0.0.1:8000/metrics",
      zh: "例如 http://127.0.0.1:8000/metrics",
    },
  };
}

export function metricsFound(url: string, server: string): Message {
  return {
    cause: {
      en: `The server's side: ${server} tells of itself at ${url}`,
      zh: `服务端数据：${server} 的指标在 ${url}`,
    },
  };
}

export function metricsUnreadable(url: string, failure: MetricsFailure): Message {
  const { why, step } = reasonOf(failure);
  return {
    cause: {
      en: `Cannot read metrics at ${url}: ${why.en}; the run goes on without the server's side`,
      zh: `无法读取 ${url} 的指标：${why.zh}；运行继续，但没有服务端数据`,
    },
    ...(step === undefined ? undefined : { step }),
  };
}

function reasonOf(failure: MetricsFailure): { readonly why: Bilingual; readonly step?: Bilingual } {
  switch (failure.kind) {
    case "status": {
      const why = {
        en: `it answers with status ${failure.status}`,
        zh: `返回状态码 ${failure.status}`,
      };
      if (failure.status === 501) {
        return {
          why,
          step: { en: "llama-server shows them with --metrics", zh: "llama-server 需加 --metrics" },
        };
      }
      return failure.status === 404
        ? {
            why,
            step: {
              en: "SGLang shows them with --enable-metrics, llama-server with --metrics",
              zh: "SGLang 需加 --enable-metrics，llama-server 需加 --metrics",
            },
          }
        : { why };
    }
    case "network":
      return { why: { en: failure.message, zh: failure.message } };
    case "no_metrics":
      return { why: { en: "what is there are no metrics", zh: "其内容不是指标" } };
    case "unknown_server":
      return {
        why: {
          en: "they are of no server that is known (vLLM, SGLang, llama.cpp, TGI)",
          zh: "不是已知服务器（vLLM、SGLang、llama.cpp、TGI）的指标",
        },
      };
    case "too_long":
      return { why: { en: "they have more than 16 MiB", zh: "超过 16 MiB" } };
  }
}
