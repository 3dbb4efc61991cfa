import { invocation } from "../../command/invocation.ts";
import type { Failure } from "../../measure/outcome.ts";
import type { Bilingual, Message } from "../../base/message.ts";
import type { FailedRequest } from "./failures.ts";
import { NETWORK_CODES } from "./unreachable.ts";
import { words } from "./words.ts";

/** The body of a success was no answer. */
export function notACompletion(request: FailedRequest): Message {
  if (request.failure.code === "no_chunk") return noChunk(request);
  if (request.failure.code === "other_protocol") return otherProtocol(request);
  return {
    cause: bodyWords(request),
    step: isEmptyStream(request)
      ? {
          en: "Ask again; if it stays so, the log of the endpoint may say why",
          zh: "请重新提问；如果一直如此，请查看服务端的日志",
        }
      : {
          en: "Check the base URL: it mostly ends in /v1",
          zh: "请检查 base URL，通常以 /v1 结尾",
        },
  };
}

function noChunk({ host }: FailedRequest): Message {
  return {
    cause: {
      en: `${host} sent [DONE], but no chunk of a completion`,
      zh: `${host} 只发送了 [DONE]，没有任何补全数据块`,
    },
    step: {
      en: `Ask the same with ${invocation("ask")} --wire to see what came`,
      zh: `可用 ${invocation("ask")} --wire 提同样的问题，看看返回了什么`,
    },
  };
}

function otherProtocol({ failure: { message } }: FailedRequest): Message {
  const [, title = "", kind = "", name = ""] =
    /^this is a (.+) (stream|answer): --api (\w+)$/.exec(message) ?? [];
  return {
    cause: {
      en: `This is a ${title} ${kind}, and another protocol was asked for`,
      zh: `这是 ${title} 协议的${kind === "stream" ? "流" : "回答"}，与所请求的协议不同`,
    },
    step: { en: `Ask with --api ${name}`, zh: `请加上 --api ${name} 提问` },
  };
}

/** The body broke off, or ended before its end. What is shown of it depends on who asked. */
export function truncated({ failure, came }: FailedRequest): Message {
  return { cause: truncation(failure), step: stepAfter(came) };
}

function stepAfter(came: FailedRequest["came"]): Bilingual {
  if (came === undefined) return { en: "Ask again", zh: "请重新提问" };
  return came.answer
    ? {
        en: "What came is above; the rest is lost: ask again",
        zh: "以上是已收到的部分，其余已丢失：请重新提问",
      }
    : { en: "Nothing of the answer came: ask again", zh: "没有收到任何回答：请重新提问" };
}

function typeOf({ contentType }: FailedRequest): string {
  return contentType?.split(";", 1)[0]?.trim() ?? "";
}

function isEventStream(request: FailedRequest): boolean {
  return typeOf(request).toLowerCase() === "text/event-stream";
}

function isEmptyStream(request: FailedRequest): boolean {
  return request.came?.body === false && isEventStream(request);
}

function bodyWords(request: FailedRequest): Bilingual {
  const { host } = request;
  const type = typeOf(request);
  if (isEmptyStream(request)) {
    return {
      en: `${host} answered with an event stream that is empty`,
      zh: `${host} 返回的事件流是空的`,
    };
  }
  if (isEventStream(request)) {
    return {
      en: `${host} answered with an event stream that holds no event`,
      zh: `${host} 返回的事件流中没有任何事件`,
    };
  }
  if (request.came?.body === false) {
    return {
      en: `${host} answered with nothing: the body is empty`,
      zh: `${host} 返回的响应体是空的`,
    };
  }
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
  const [, missing, instead] =
    /^the stream ended without (.+?)(?:; instead came: (.+))?$/s.exec(message) ?? [];
  if (code === null && missing !== undefined) {
    const came = instead === undefined ? { en: "", zh: "" } : cameInstead(instead);
    return {
      en: `${what.en}: it ended without ${missing}${came.en}`,
      zh: `${what.zh}：结束时没有 ${missing.replace(/ or (a )?/, "，也没有 ")}${came.zh}`,
    };
  }
  return words(what, { code, message });
}

function cameInstead(words: string): Bilingual {
  return { en: `; instead came: ${words}`, zh: `，收到的却是：${words}` };
}
