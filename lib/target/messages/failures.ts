import { usedUp } from "../../chat/used_up.ts";
import type { Failure } from "../../measure/outcome.ts";
import type { Bilingual, Message } from "../../base/message.ts";
import { formatTime } from "../../text/units.ts";
import type { TimeLimits } from "../../wire/exchange.ts";
import { isModelUnknown } from "../model_suggestions.ts";
import type { Provider } from "../../settings/providers.ts";
import type { ProxySetting } from "../../settings/proxy_choice.ts";
import { ownFault } from "./own_faults.ts";
import { NETWORK_CODES, tunnelRefused, unreachable } from "./unreachable.ts";
import { USED_UP_STEPS } from "./used_up.ts";

/** What is known about a request that failed. */
export interface FailedRequest {
  readonly failure: Failure;
  /** The host that was asked, with its port. */
  readonly host: string;
  readonly loopback: boolean;
  readonly provider: Provider | null;
  readonly model: string;
  /** The variable whose key was sent; `null` when none was. */
  readonly keyVariable: string | null;
  readonly traceId: string | null;
  /** Where a 3xx pointed to. */
  readonly location: string | null;
  readonly contentType: string | null;
  /** The limits that held. */
  readonly limits: TimeLimits;
  /** The endpoint's models: those near the one that it does not know, and how many there are. Absent: not asked. */
  readonly models?: { readonly near: readonly string[]; readonly count: number } | undefined;
  /** The proxy that the request went to; absent when it went directly. */
  readonly proxy?: ProxySetting | undefined;
  readonly windows?: boolean | undefined;
}

/** What a failed request tells its user: what happened, in the endpoint's own words, and what to do next. */
export function requestFailed(request: FailedRequest): Message {
  const message = withoutTrace(request);
  const { traceId } = request;
  if (traceId === null) return message;
  return {
    ...message,
    cause: {
      en: `${message.cause.en} [trace ${traceId}]`,
      zh: `${message.cause.zh}［追踪号 ${traceId}］`,
    },
  };
}

function withoutTrace(request: FailedRequest): Message {
  const { failure, host } = request;
  switch (failure.kind) {
    case "interrupted":
      return { cause: { en: "Interrupted", zh: "已中断" } };
    case "timeout":
      return timedOut(request);
    case "network":
      return unreachable(request);
    case "client":
      return ownFault(failure);
    case "busy":
      return busy(request);
    case "status":
      return refused(request);
    case "endpoint":
      return {
        cause: words(
          { en: `${host} reports an error`, zh: `${host} 返回错误` },
          { code: failure.code, message: failure.message },
        ),
      };
    case "not_a_completion":
      if (failure.code === "no_chunk") return noChunk(host);
      return {
        cause: notACompletion(request),
        step: {
          en: "Check the base URL: it mostly ends in /v1",
          zh: "请检查 base URL，通常以 /v1 结尾",
        },
      };
    case "truncated":
      return {
        cause: truncation(failure),
        step: {
          en: "What came is above; the rest is lost: ask again",
          zh: "以上是已收到的部分，其余已丢失：请重新提问",
        },
      };
  }
}

function busy(request: FailedRequest): Message {
  const { failure, host } = request;
  const what = usedUp(failure);
  if (what !== null) {
    return {
      cause: statusCause(request, { en: `${host} refused`, zh: `${host} 拒绝了请求` }),
      step: USED_UP_STEPS[what],
    };
  }
  return {
    cause: statusCause(request, { en: `${host} is busy`, zh: `${host} 繁忙` }),
    step:
      failure.status === 429
        ? {
            en: "Wait a little and ask again; --retries N asks again by itself",
            zh: "请稍后再试；--retries N 可自动重试",
          }
        : {
            en: "The fault is on its side: ask again later; --retries N asks again by itself",
            zh: "这是服务端的问题：请稍后再试；--retries N 可自动重试",
          },
  };
}

function noChunk(host: string): Message {
  return {
    cause: {
      en: `${host} sent [DONE], but no chunk of a completion`,
      zh: `${host} 只发送了 [DONE]，没有任何补全数据块`,
    },
    step: {
      en: "Ask the same with ask --wire to see what came",
      zh: "可用 ask --wire 提同样的问题，看看返回了什么",
    },
  };
}

function notACompletion({ host, contentType }: FailedRequest): Bilingual {
  const type = contentType?.split(";", 1)[0]?.trim() ?? "";
  if (type === "") {
    return {
      en: `${host} answered with neither an event stream nor a completion`,
      zh: `${host} 返回的既不是事件流，也不是补全结果`,
    };
  }
  return {
    en: `${host} answered with ${type} that is neither an event stream nor a completion`,
    zh: `${host} 返回了 ${type}，既不是事件流，也不是补全结果`,
  };
}

function truncation({ code, message }: Failure): Bilingual {
  const what = { en: "The stream was cut", zh: "流被截断" };
  const network = NETWORK_CODES[code ?? ""];
  if (network !== undefined) {
    return {
      en: `${what.en}: ${network.en} (${code})`,
      zh: `${what.zh}：${network.zh}（${code}）`,
    };
  }
  if (code === null && message.includes("without [DONE]")) {
    return {
      en: `${what.en}: it ended without [DONE] or a finish_reason`,
      zh: `${what.zh}：结束时没有 [DONE]，也没有 finish_reason`,
    };
  }
  return words(what, { code, message });
}

function timedOut({ failure, host, limits }: FailedRequest): Message {
  const { total, firstByte, idle } = limits;
  switch (failure.code) {
    case "first_byte":
      return limitReached("--first-byte-timeout", {
        en: `${host} sent nothing within ${formatTime(firstByte ?? null)}`,
        zh: `${host} 在 ${formatTime(firstByte ?? null)} 内没有发来任何数据`,
      });
    case "idle":
      return limitReached("--idle-timeout", {
        en: `${host} fell silent: nothing came for ${formatTime(idle ?? null)}`,
        zh: `${host} 中途停止发送：${formatTime(idle ?? null)} 内没有新数据`,
      });
    default:
      return limitReached("--timeout", {
        en: `${host} did not finish within ${formatTime(total ?? null)}`,
        zh: `${host} 未能在 ${formatTime(total ?? null)} 内完成`,
      });
  }
}

function limitReached(flag: string, cause: Bilingual): Message {
  const step = { en: `${flag} DURATION waits longer`, zh: `可用 ${flag} DURATION 延长等待` };
  return { cause, step };
}

function refused(request: FailedRequest): Message {
  const { failure, host, provider, location, proxy } = request;
  if (failure.status === 407 && proxy !== undefined) {
    return tunnelRefused(request, { proxy, status: "407" });
  }
  const cause = statusCause(request, { en: `${host} refused`, zh: `${host} 拒绝了请求` });
  const { status } = failure;
  if (status !== null && status >= 300 && status < 400) {
    return {
      cause: {
        en: `${host} redirects (${status}) to ${location ?? "nowhere"}; a redirect is not followed with a key`,
        zh: `${host} 重定向（${status}）到${location === null ? "未知地址" : ` ${location}`}；带密钥的请求不会跟随重定向`,
      },
      step: {
        en: "Give the final address with --base-url",
        zh: "请用 --base-url 给出最终地址",
      },
    };
  }
  if (status === 401) return { cause, step: keyStep(request) };
  if (status === 403 && provider?.name.startsWith("siliconflow")) {
    return {
      cause,
      step: {
        en: "With SiliconFlow this mostly means no balance, or that real-name verification is missing: see your account page",
        zh: "在 SiliconFlow 通常表示余额不足或未实名认证：请查看账户页面",
      },
    };
  }
  if (isModelUnknown(failure)) return { cause, step: modelStep(request) };
  const what = status === 404 ? null : usedUp(failure);
  if (what !== null) return { cause, step: USED_UP_STEPS[what] };
  if (status === 404) {
    return {
      cause,
      step: {
        en: "Check the base URL (it mostly ends in /v1) and the model's name",
        zh: "请检查 base URL（通常以 /v1 结尾）和模型名",
      },
    };
  }
  return { cause };
}

function keyStep({ keyVariable, provider }: FailedRequest): Bilingual {
  if (keyVariable === null) {
    return {
      en: "No key was sent: name its variable with --key-env",
      zh: "没有发送密钥：请用 --key-env 指定密钥所在的变量",
    };
  }
  const keyPage = provider?.keyPage ?? null;
  const page = keyPage === null ? "" : ` (${keyPage})`;
  return {
    en: `The key in ${keyVariable} was not accepted: check that it is whole and still valid${page}`,
    zh: `${keyVariable} 中的密钥未被接受：请检查是否完整、是否仍然有效${keyPage === null ? "" : `（${keyPage}）`}`,
  };
}

function modelStep({ model, models }: FailedRequest): Bilingual {
  if (models === undefined || models.count === 0) {
    return {
      en: `Is "${model}" spelt right? --model NAME chooses another`,
      zh: `模型名 "${model}" 是否正确？可用 --model NAME 换一个`,
    };
  }
  const near = models.near.map((name) => `"${name}"`);
  const all = {
    en: `--list-models shows all ${models.count}`,
    zh: `--list-models 可列出全部 ${models.count} 个`,
  };
  return near.length === 0
    ? { en: `Is "${model}" spelt right? ${all.en}`, zh: `模型名 "${model}" 是否正确？${all.zh}` }
    : {
        en: `Did you mean ${near.join(" or ")}? ${all.en}`,
        zh: `是否指 ${near.join(" 或 ")}？${all.zh}`,
      };
}

function statusCause({ failure }: FailedRequest, what: Bilingual): Bilingual {
  const status = failure.status ?? "";
  return words({ en: `${what.en} (${status})`, zh: `${what.zh}（${status}）` }, failure);
}

/** What happened, then the words of whoever reports it. */
function words(
  what: Bilingual,
  { code, message }: { readonly code: string | null; readonly message: string },
): Bilingual {
  if (message === "" && code === null) return what;
  if (message === "") return { en: `${what.en}: ${code}`, zh: `${what.zh}：${code}` };
  return {
    en: `${what.en}: ${message}${code === null ? "" : ` (${code})`}`,
    zh: `${what.zh}：${message}${code === null ? "" : `（${code}）`}`,
  };
}
