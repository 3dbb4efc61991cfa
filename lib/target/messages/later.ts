import { LONGEST_RETRY_DELAY } from "../../chat/retry.ts";
import type { Bilingual } from "../../base/message.ts";
import type { FailedRequest } from "./failures.ts";

/** What to do about an endpoint that is busy: when to ask again, and whether that was done already. */
export function laterStep({
  failure,
  delayAsked: asked = null,
  attempts = 1,
}: FailedRequest): Bilingual {
  if (asked !== null && asked > LONGEST_RETRY_DELAY) {
    const [wait, most] = [asked, LONGEST_RETRY_DELAY].map((ms) => formatWait(ms));
    return {
      en: `It asks to wait ${wait?.en}: ask again then. More than ${most?.en} is not waited for`,
      zh: `它要求等待 ${wait?.zh}：请到时再试。超过 ${most?.zh}不会自动等待`,
    };
  }
  const again =
    attempts === 1
      ? { en: "--retries N asks again by itself", zh: "--retries N 可自动重试" }
      : {
          en: `it was asked ${attempts} times, a larger --retries asks more often`,
          zh: `已请求 ${attempts} 次，增大 --retries 可多试几次`,
        };
  return failure.status === 429
    ? { en: `Wait a little and ask again; ${again.en}`, zh: `请稍后再试；${again.zh}` }
    : {
        en: `The fault is on its side: ask again later; ${again.en}`,
        zh: `这是服务端的问题：请稍后再试；${again.zh}`,
      };
}

/** A wait in whole seconds, minutes or hours, rounded up. */
function formatWait(milliseconds: number): Bilingual {
  const seconds = Math.ceil(milliseconds / 1000);
  if (seconds < 120) return { en: `${seconds} s`, zh: `${seconds} 秒` };
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 120) return { en: `${minutes} min`, zh: `${minutes} 分钟` };
  const hours = Math.ceil(minutes / 60);
  return { en: `${hours} h`, zh: `${hours} 小时` };
}
