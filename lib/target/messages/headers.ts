import type { Message } from "../../base/message.ts";

/** Messages of `--header`. */

export function headerInvalid(name: string): Message {
  return {
    cause: {
      en: `Cannot send header "${name}": its name or its value has a character that HTTP does not allow`,
      zh: `无法发送请求头 "${name}"：名称或值中有 HTTP 不允许的字符`,
    },
  };
}

export function headerHoldsKey(name: string): Message {
  return {
    cause: {
      en: `Cannot take header "${name}" as an argument: other programs can read it, and the shell keeps it`,
      zh: `不能通过参数设置请求头 "${name}"：其他程序可以看到它，shell 也会记录它`,
    },
    step: {
      en: "Put the key into .env and name its variable with --key-env",
      zh: "请把密钥写入 .env，并用 --key-env 指定变量名",
    },
  };
}
