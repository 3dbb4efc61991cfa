import type { Bilingual } from "../base/message.ts";

/** Our own sentences for what failed, in Chinese: they stand in results and files, where there is one language. */
const SENTENCES: readonly (readonly [RegExp, string])[] = [
  [/^finish_reason is ("[^]*")$/, "finish_reason 为 $1"],
  [
    /^the stream holds \[DONE\], but no chunk of a completion$/,
    "流中只有 [DONE]，没有任何补全数据块",
  ],
  [/^the body is neither an event stream nor a completion$/, "响应体既不是事件流，也不是补全结果"],
  [/^this is a (.{1,40}) stream: (--api \w+)$/, "这是 $1 协议的流：$2"],
  [/^this is a (.{1,40}) answer: (--api \w+)$/, "这是 $1 协议的回答：$2"],
  [
    /^the stream ended without (.{1,80}?); instead came: ([^]*)$/,
    "流结束时没有 $1，收到的却是：$2",
  ],
  [/^the stream ended without (.{1,80})$/, "流结束时没有 $1"],
  [/^the request took longer than ([\d.]+) s$/, "整个请求超过了 $1 秒"],
  [/^no first byte within ([\d.]+) s$/, "$1 秒内没有首字节"],
  [/^nothing arrived for ([\d.]+) s$/, "$1 秒内没有新数据"],
  [/^the endpoint had closed the open connection that was used again$/, "服务端已关闭复用的连接"],
  [
    /^this process may open no more files and connections \(ulimit -n\)/,
    "本进程可打开的文件和连接数已达上限（ulimit -n）",
  ],
  [/^this machine may open no more files and connections$/, "本机可打开的文件和连接数已达上限"],
  [/^this machine has no free port left for a connection$/, "本机没有可用于连接的空闲端口"],
  [/^this machine has no memory left for connections$/, "本机没有可用于连接的内存"],
  [/^this machine has no memory left$/, "本机内存不足"],
  [/^Cannot read body: it has more than (\d+) characters$/, "无法读取响应体：超过 $1 个字符"],
  [
    /^Cannot split event stream: .{1,40} more than (\d+) characters$/,
    "无法拆分事件流：超过 $1 个字符",
  ],
  [/^the list has more than (\d+) characters$/, "列表超过 $1 个字符"],
];

/**
 * What failed, in both languages, where the sentence is one of ours. The words of an endpoint, or of the system, stay as
 * they are.
 *
 * @example
 * ```ts
 * ownWords("no first byte within 2 s").zh; // "2 秒内没有首字节"
 * ```
 */
export function ownWords(message: string): Bilingual {
  for (const [pattern, zh] of SENTENCES) {
    if (pattern.test(message)) return { en: message, zh: inChinese(message, pattern, zh) };
  }
  return { en: message, zh: message };
}

function inChinese(message: string, pattern: RegExp, zh: string): string {
  return message.replace(pattern, zh).replace(/没有 (.{1,60}?) or (?:a )?/, "没有 $1，也没有 ");
}
