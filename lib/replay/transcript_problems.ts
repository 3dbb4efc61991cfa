import type { TranscriptError } from "../transcript/format.ts";

const FIELD_KINDS: Readonly<Record<string, string>> = {
  "a string": "字符串",
  "true or false": "true 或 false",
  "a JSON object": "JSON 对象",
  "a JSON object or null": "JSON 对象或 null",
  "an object of strings": "值均为字符串的对象",
  "a whole number": "整数",
  "a number of milliseconds": "毫秒数",
  "a number of milliseconds or null": "毫秒数或 null",
  "a version number": "版本号",
};

const LINES: Readonly<Record<string, string>> = { marker: "标记", "closing line": "结束行" };

/** What is wrong with a line, by the words of {@linkcode TranscriptError.problem}. */
const PROBLEMS: readonly (readonly [RegExp, (...found: string[]) => string])[] = [
  [/^stands after the closing line$/, () => "位于结束行之后"],
  [/^is longer than the limit of (\d+) bytes$/, (bytes) => `超过 ${bytes} 字节的上限`],
  [/^is not UTF-8$/, () => "不是 UTF-8"],
  [/^has a carriage return/, () => "含有回车符：转录文件的行只以 LF 结尾"],
  [/^brings the notes past the limit of (\d+) bytes$/, (bytes) => `使注释超过 ${bytes} 字节的上限`],
  [/^has a time that goes back from (.+) to (.+)$/, (from, to) => `时间从 ${from} 倒退到 ${to}`],
  [/^has a header without JSON/, () => "文件头中没有 JSON"],
  [/^has a header that is not JSON$/, () => "文件头不是 JSON"],
  [/^has a header that is not a JSON object$/, () => "文件头不是 JSON 对象"],
  [/^has a header without ("[^"]+")$/, (name) => `文件头缺少 ${name}`],
  [
    /^has a header whose ("[^"]+") is not (.+)$/,
    (name, kind = "") => `文件头的 ${name} 不是${FIELD_KINDS[kind] ?? ` ${kind}`}`,
  ],
  [/^is a second header$/, () => "又是一个文件头"],
  [
    /^is no line of a transcript: (".*"|.*?) \(a line/,
    (text) => `不是转录文件的行：${text}（正文中以 ":@" 开头的行应写成 ":@@"）`,
  ],
  [/^has a marker without a length$/, () => "标记缺少长度"],
  [/^has a marker with more than a time and a length$/, () => "标记中除时间和长度外还有多余内容"],
  [/^has a marker with a length of 0$/, () => "标记的长度为 0"],
  [
    /^has a marker whose length is not a number of bytes: (.*)$/s,
    (text) => `标记的长度不是字节数：${text}`,
  ],
  [/^has a failure without a JSON object/, () => '失败记录缺少含 "code" 和 "message" 的 JSON 对象'],
  [/^has a (marker|closing line) without a time$/, (what = "") => `${LINES[what]}缺少时间`],
  [
    /^has a (marker|closing line) whose time is not .*?: (.*)$/s,
    (what = "", text = "") => `${LINES[what]}的时间不是最多三位小数的毫秒数：${text}`,
  ],
  [
    /^has a marker (\d+) bytes before the end of the piece of line (\d+)$/,
    (bytes, line) => `标记出现时，第 ${line} 行的数据段还差 ${bytes} 字节`,
  ],
  [
    /^has a piece of (\d+) bytes, more than the limit of (\d+)$/,
    (bytes, limit) => `数据段有 ${bytes} 字节，超过 ${limit} 字节的上限`,
  ],
  [
    /^has text past the end of a piece, more than the limit of (\d+) bytes$/,
    (limit) => `数据段之后的文本超过 ${limit} 字节的上限`,
  ],
  [
    /^closes the body (\d+) bytes before the end of the piece of line (\d+)$/,
    (bytes, line) => `正文结束时，第 ${line} 行的数据段还差 ${bytes} 字节`,
  ],
  [
    /^closes the body (\d+) bytes after the end of its last piece$/,
    (bytes) => `正文结束时，最后一个数据段之后还有 ${bytes} 字节`,
  ],
  [/^is text past the end of a piece/, () => "是数据段之外的文本：前面应有标记"],
  [/^has a length that ends inside a character$/, () => "长度在一个字符中间结束"],
  [/^has a piece that is not UTF-8$/, () => "数据段不是 UTF-8"],
];

/**
 * What is wrong with a transcript, in Chinese: `标记缺少长度`.
 *
 * @example
 * ```ts
 * const place = { file: "a.sse", line: 3 };
 * problemInChinese(new TranscriptError("line 3 has a marker without a length", place)); // "标记缺少长度"
 * ```
 */
export function problemInChinese({ problem }: Pick<TranscriptError, "problem">): string {
  const state = problem.replace(/^line \d+ /, "");
  for (const [pattern, words] of PROBLEMS) {
    const [, ...found] = pattern.exec(state) ?? [];
    if (pattern.test(state)) return words(...found);
  }
  return state;
}
