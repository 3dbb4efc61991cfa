import type { Message } from "../../base/message.ts";
import { quoted, shown } from "./arguments.ts";

/** Messages for a text that is not the number that a flag takes. */

export function notNumber(flag: string, text: string): Message {
  return {
    cause: {
      en: `${flag} must be a number, got ${quoted(text)}`,
      zh: `${flag} 必须是数字，却给了 ${quoted(text)}`,
    },
  };
}

export function notInteger(flag: string, text: string): Message {
  return {
    cause: {
      en: `${flag} must be a whole number, got ${shown(text)}`,
      zh: `${flag} 必须是整数，却给了 ${shown(text)}`,
    },
  };
}

/** A whole number that a double does not hold exactly: what would be sent is another one. */
export function tooLarge(flag: string, text: string): Message {
  return {
    cause: {
      en: `${flag} must be a whole number up to 2^53 − 1 (9007199254740991) in size, got ${shown(text)}`,
      zh: `${flag} 的绝对值不能超过 2^53 − 1（9007199254740991），却给了 ${shown(text)}`,
    },
  };
}

/** Several numbers where one is wanted. */
export function oneNumber(
  flag: string,
  { text, several = "" }: { readonly text: string; readonly several?: string | undefined },
): Message {
  return {
    cause: {
      en: `${flag} takes one number, got ${quoted(text)}`,
      zh: `${flag} 只接受一个数字，却给了 ${quoted(text)}`,
    },
    step: {
      en: `To measure at several in turn, write ${several} ${quoted(text)}`,
      zh: `要依次测量多个值，请写 ${several} ${quoted(text)}`,
    },
  };
}
