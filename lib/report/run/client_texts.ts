import { ownWords } from "../own_words.ts";
import type { Micros } from "../../base/time.ts";
import { formatCount } from "../../text/amounts.ts";
import type { Bilingual, Message } from "../../base/message.ts";
import { formatRate, formatTime } from "../../text/units.ts";

/** What the client did that makes its numbers about itself. */
export function clientLimited(reasons: readonly Bilingual[]): Message {
  return {
    cause: {
      en: `this computer was the limit, so the numbers are also about it: ${reasons.map(({ en }) => en).join("; ")}`,
      zh: `瓶颈在本机，数据也反映了本机的状况：${reasons.map(({ zh }) => zh).join("；")}`,
    },
    step: {
      en: "Lower --concurrency or --rate, raise --workers, close what else is running, or send from several machines (--fleet)",
      zh: "请降低 --concurrency 或 --rate，增加 --workers，关闭其他程序，或用多台机器发送（--fleet）",
    },
  };
}

export function failedHere(
  count: number,
  {
    of,
    message,
    openFiles,
  }: { readonly of: number; readonly message: string; readonly openFiles: number | null },
): Bilingual {
  const limit = openFiles === null ? "" : `: ${openFiles}`;
  return {
    en: `${formatCount(count)} of ${formatCount(of)} requests failed here, and not at the endpoint: ${message}${limit}`,
    zh: `${formatCount(of)} 个请求中有 ${formatCount(count)} 个是在本机失败的，与服务端无关：${ownWords(message).zh}${limit}`,
  };
}

/** Which of them got no answer, and which were sent once more. */
export function connectionReused({
  failed,
  resent,
}: {
  readonly failed: number;
  readonly resent: number;
}): Message {
  const why = {
    en: "an open connection that the endpoint had closed: that says something about keep-alive, and nothing about the model",
    zh: "服务端已关闭的连接：这只反映连接保持的设置，与模型无关",
  };
  if (failed === 0) {
    return {
      cause: {
        en: `${counted(resent)} ${resent === 1 ? "was" : "were"} sent once more, after ${why.en}`,
        zh: `有 ${formatCount(resent)} 个请求重发了一次，因为先前使用的是${why.zh}`,
      },
    };
  }
  const again = {
    en: resent === 0 ? "" : `; ${formatCount(resent)} more were sent once more`,
    zh: resent === 0 ? "" : `；另有 ${formatCount(resent)} 个已重发`,
  };
  return {
    cause: {
      en: `${counted(failed)} failed over ${why.en}${again.en}`,
      zh: `有 ${formatCount(failed)} 个请求失败，因为使用了${why.zh}${again.zh}`,
    },
    step: {
      en: "--resend-reused sends such a request once more, over a connection of its own",
      zh: "--resend-reused 会用新连接重发这样的请求",
    },
  };
}

export function lateLoop(lag: Micros, { gap }: { readonly gap: number }): Bilingual {
  return {
    en: `its event loop was ${formatTime(lag)} late at p99, with a median gap of ${formatTime(gap)}`,
    zh: `事件循环延迟的 p99 为 ${formatTime(lag)}，而间隔的中位数只有 ${formatTime(gap)}`,
  };
}

export function slowRate(reached: number, { asked }: { readonly asked: number }): Bilingual {
  return {
    en: `it sent ${formatRate(reached)} requests/s instead of ${formatRate(asked)}`,
    zh: `每秒只发送了 ${formatRate(reached)} 个请求，而不是 ${formatRate(asked)} 个`,
  };
}

export function lateDispatch(late: Micros): Bilingual {
  return {
    en: `it sent up to ${formatTime(late)} later than planned`,
    zh: `发送最多比计划晚 ${formatTime(late)}`,
  };
}

function counted(count: number): string {
  return `${formatCount(count)} ${count === 1 ? "request" : "requests"}`;
}
