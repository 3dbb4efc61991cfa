import { usedUp } from "../../chat/used_up.ts";
import type { Failure } from "../../measure/outcome.ts";
import type { Bilingual, Message } from "../../base/message.ts";
import { formatTime } from "../../text/units.ts";
import type { TimeLimits } from "../../wire/exchange.ts";
import { type Api, APIS } from "../../settings/api.ts";
import { isModelUnknown } from "../model_suggestions.ts";
import type { Provider } from "../../settings/providers.ts";
import { servedApis } from "../../settings/served.ts";
import type { ProxySetting } from "../../settings/proxy_choice.ts";
import { laterStep } from "./later.ts";
import { notACompletion, truncated } from "./bodies.ts";
import { ownFault } from "./own_faults.ts";
import { tunnelRefused, unreachable } from "./unreachable.ts";
import { USED_UP_STEPS } from "./used_up.ts";
import { words } from "./words.ts";

/** What is known about a request that failed. */
export interface FailedRequest {
  readonly failure: Failure;
  /** The host that was asked, with its port. */
  readonly host: string;
  readonly loopback: boolean;
  /** The protocol that was asked over. Default: `chat`. */
  readonly api?: Api | undefined;
  /** Whether the response had `retry-after`; absent when no head came. */
  readonly retryAfter?: boolean | undefined;
  /** The wait that the response asks for, in ms; `null` or absent: none that can be read. */
  readonly delayAsked?: number | null | undefined;
  /** How often it was asked, the last time included. Default 1. */
  readonly attempts?: number | undefined;
  readonly provider: Provider | null;
  readonly model: string;
  /** The variable whose key was sent; `null` when none was. */
  readonly keyVariable: string | null;
  /** The header that was chosen for it; absent: that of the protocol. */
  readonly keyHeader?: "authorization" | "x-api-key" | undefined;
  readonly traceId: string | null;
  /** Where a 3xx pointed to. */
  readonly location: string | null;
  readonly contentType: string | null;
  /** Whether a body came, and whether something of an answer, which then was shown. Absent: nothing is shown. */
  readonly came?: { readonly body: boolean; readonly answer: boolean } | undefined;
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
      return notACompletion(request);
    case "truncated":
      return truncated(request);
  }
}

function busy(request: FailedRequest): Message {
  const { failure, host } = request;
  const what = usedUp(failure) ?? (isSpendLimit(request) ? "account" : null);
  if (what !== null) {
    return {
      cause: statusCause(request, { en: `${host} refused`, zh: `${host} 拒绝了请求` }),
      step: USED_UP_STEPS[what],
    };
  }
  return {
    cause: statusCause(request, { en: `${host} is busy`, zh: `${host} 繁忙` }),
    step: laterStep(request),
  };
}

/**
 * Anthropic says `retry-after` with every rate limit, and leaves it out where a spend limit is reached.
 *
 * @see https://platform.claude.com/docs/en/api/rate-limits
 */
function isSpendLimit({ failure, provider, retryAfter }: FailedRequest): boolean {
  return failure.status === 429 && provider?.name === "anthropic" && retryAfter === false;
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
    const followed =
      request.keyVariable === null
        ? { en: "redirects are not followed", zh: "不会跟随重定向" }
        : { en: "a redirect is not followed with a key", zh: "带密钥的请求不会跟随重定向" };
    return {
      cause: {
        en: `${host} redirects (${status}) to ${location ?? "nowhere"}; ${followed.en}`,
        zh: `${host} 重定向（${status}）到${location === null ? "未知地址" : ` ${location}`}；${followed.zh}`,
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
  // Where chat completions are all there is, another path may be answered with 405.
  const isOther = (request.api ?? "chat") !== "chat";
  if (status === 404 || (status === 405 && isOther)) return { cause, step: pathStep(request) };
  return { cause };
}

/** What may be wrong with the path: the base URL, or the protocol that was asked over. */
function pathStep({ api = "chat", provider }: FailedRequest): Bilingual {
  const check = {
    en: "Check the base URL (it mostly ends in /v1) and the model's name",
    zh: "请检查 base URL（通常以 /v1 结尾）和模型名",
  };
  const served = provider === null ? [] : servedApis(provider);
  if (provider !== null && !provider.local && !served.includes(api)) {
    const flags = served.map((name) => `--api ${name}`);
    return {
      en: `${provider.title} is known to answer to ${flags.join(", ")}. ${check.en}`,
      zh: `已知 ${provider.title} 支持 ${flags.join("、")}。${check.zh}`,
    };
  }
  if (api === "chat") return check;
  const { title } = APIS[api];
  return {
    en: `If it has no ${title}, ask over another protocol, such as --api chat. ${check.en}`,
    zh: `如果它不支持 ${title} 协议，请换一个，例如 --api chat。${check.zh}`,
  };
}

function keyStep({ keyVariable, keyHeader, provider, api }: FailedRequest): Bilingual {
  if (keyVariable === null) {
    return {
      en: "No key was sent: name its variable with --key-env",
      zh: "没有发送密钥：请用 --key-env 指定密钥所在的变量",
    };
  }
  const keyPage = provider?.keyPage ?? null;
  const page = keyPage === null ? "" : ` (${keyPage})`;
  // Of a service that is not known, the header that it wants is not known either.
  const isOpen = api === "messages" && provider === null && keyHeader === undefined;
  const header = isOpen
    ? {
        en: "; it went as x-api-key, --key-header authorization sends it as Bearer",
        zh: "；密钥放在 x-api-key 中发送，--key-header authorization 可改为 Bearer",
      }
    : { en: "", zh: "" };
  return {
    en: `The key in ${keyVariable} was not accepted: check that it is whole and still valid${page}${header.en}`,
    zh: `${keyVariable} 中的密钥未被接受：请检查是否完整、是否仍然有效${keyPage === null ? "" : `（${keyPage}）`}${header.zh}`,
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
