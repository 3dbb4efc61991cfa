import type { Reading } from "../../chat/reading.ts";
import type { LineKind } from "../../chat/line_kind.ts";
import { DEEPEST_JSON } from "../../base/json.ts";
import { oneLine } from "../../wire/one_line.ts";
import { isPromptUnclear, isUsageUnclear } from "../../wire/usage.ts";
import { makeHarmless } from "../../text/terminal_text.ts";
import type { Bilingual } from "../../base/message.ts";

/** So many counts that are none are shown. */
const MOST_COUNTS = 4;

/** Something a reader of the answer or the numbers should know. */
export interface Note {
  readonly code: string;
  /** How many times it happened. */
  readonly count: number;
  readonly message: Bilingual;
}

/** What a line that is no field probably is; `null`: nobody knows. */
const LINE_KINDS: Readonly<Record<LineKind, Bilingual | null>> = {
  page: { en: "an HTML page", zh: "HTML 页面" },
  mark: { en: "behind a byte order mark", zh: "前面有字节顺序标记" },
  blank: { en: "behind a blank", zh: "前面有空白" },
  json: { en: "JSON without data:", zh: "缺少 data: 的 JSON" },
  log: { en: "a log line", zh: "日志行" },
  head: { en: "an HTTP status line", zh: "HTTP 状态行" },
  length: { en: "the length of an HTTP chunk", zh: "HTTP 分块长度" },
  text: null,
};

/** What is worth saying about a stream that was not as the standard and the API have it. */
export function spoiltNotes(reading: Reading): Note[] {
  const notes: Note[] = [];
  const add = (code: string, count: number, message: Bilingual): void => {
    if (count > 0) notes.push({ code, count, message });
  };
  const { malformedEvents, tooDeep, repairedEvents, strayLines, repeatedTexts } = reading;
  const lost = makeHarmless(reading.firstMalformed ?? "");
  add("malformed_event", malformedEvents, {
    en: `${events(malformedEvents)} not JSON and ${malformedEvents === 1 ? "was" : "were"} passed over${malformedEvents === 1 ? "" : ", the first"}: ${lost}`,
    zh: `有 ${malformedEvents} 个事件不是 JSON，已跳过${malformedEvents === 1 ? "" : "，第一个"}：${lost}`,
  });
  add("too_deep", tooDeep, {
    en: `JSON nested more than ${DEEPEST_JSON} levels deep was not read`,
    zh: `嵌套超过 ${DEEPEST_JSON} 层的 JSON 未被读取`,
  });
  add("repaired_event", repairedEvents, {
    en: `${events(repairedEvents)} not JSON as ${repairedEvents === 1 ? "it" : "they"} came and could be read all the same; other clients may fail`,
    zh: `有 ${repairedEvents} 个事件本身不是 JSON，但仍可读出；其他客户端可能会失败`,
  });
  const stray = strayLines.count;
  const first = makeHarmless(strayLines.first ?? "");
  const kind = LINE_KINDS[strayLines.kind ?? "text"];
  add("not_a_field", stray, {
    en: `${stray} ${stray === 1 ? "line of the stream is" : "lines of the stream are"} no field of an event${stray === 1 ? "" : ", the first"}${kind === null ? "" : ` (${kind.en})`}: ${first}`,
    zh: `流中有 ${stray} 行不是事件字段${stray === 1 ? "" : "，第一行"}${kind === null ? "" : `（${kind.zh}）`}：${first}`,
  });
  const { errorAfterDone, textAfterDone, remark, unreadContents } = reading;
  const last = makeHarmless(reading.lastEvent ?? "[DONE]");
  const said = makeHarmless(remark ?? "");
  add("remark", remark === null ? 0 : 1, {
    en: `an event holds no part of the answer, but says: ${said}`,
    zh: `有一个事件不含回答内容，只写着：${said}`,
  });
  if (errorAfterDone !== null) {
    const { code, message } = errorAfterDone;
    const words = makeHarmless(oneLine(code === null ? message : `${message} (${code})`));
    add("error_after_done", 1, {
      en: `an error came behind ${last}: ${words}`,
      zh: `${last} 之后出现错误：${words}`,
    });
  }
  const behind = makeHarmless(textAfterDone ?? "");
  add("text_after_done", textAfterDone === null ? 0 : 1, {
    en: `a text came behind ${last}: ${behind}`,
    zh: `${last} 之后出现文本：${behind}`,
  });
  add("unread_content", unreadContents, {
    en: `${unreadContents} ${unreadContents === 1 ? "chunk holds" : "chunks hold"} content that is no text and could not be read`,
    zh: `有 ${unreadContents} 个数据块的 content 不是文本，无法读取`,
  });
  const { unplacedChoices: unplaced } = reading;
  add("unplaced_choice", unplaced, {
    en: `${unplaced} ${unplaced === 1 ? "chunk does" : "chunks do"} not say which of several answers ${unplaced === 1 ? "it belongs" : "they belong"} to (no index): their texts run together`,
    zh: `有 ${unplaced} 个数据块没有说明属于哪个回答（缺少 index），文本混在一起`,
  });
  add("repeated_text", repeatedTexts, {
    en: "the last delta was the whole text once more; it counts once",
    zh: "最后一个增量重复了全部文本，只计一次",
  });
  const odd = reading.oddUsage.slice(0, MOST_COUNTS);
  const given = (is: string, separator: string): string =>
    makeHarmless(odd.map(({ field, value }) => `${field} ${is} ${value}`).join(separator));
  add("odd_usage", reading.oddUsage.length, {
    en: `usage says ${given("is", ", ")}, which is no count: taken as not known`,
    zh: `usage 中 ${given("为", "，")}，不是有效计数，按未知处理`,
  });
  const { usage } = reading.timeline;
  add("unclear_usage", usage !== null && isUsageUnclear(usage) ? 1 : 0, {
    en: "usage counts more reasoning than completion tokens, so what the answer took is not known",
    zh: "usage 中的推理 token 多于补全 token，无法得知回答用了多少",
  });
  const native = usage?.native ?? {};
  const cached =
    (native["cache_read_input_tokens"] ?? 0) + (native["cache_creation_input_tokens"] ?? 0);
  add("unclear_prompt", usage !== null && isPromptUnclear(usage) ? 1 : 0, {
    en: `nobody knows whether the ${native["input_tokens"]} input_tokens hold the ${cached} tokens of the cache, so the prompt has no total; --usage-cache included or apart says it`,
    zh: `无法得知 ${native["input_tokens"]} 个 input_tokens 是否包含缓存中的 ${cached} 个 token，因此没有提示词总数；可用 --usage-cache included 或 apart 指明`,
  });
  const unopened = reading.choices.filter(({ closesUnopened }) => closesUnopened).length;
  add("unopened_think", unopened, {
    en: "the answer holds </think> without <think>: what stands before it is probably reasoning; --think open parts them",
    zh: "回答中有 </think> 却没有 <think>：其前的文本很可能是推理；可用 --think open 区分",
  });
  const broken = reading.choices.reduce((sum, choice) => sum + choice.brokenToolCalls, 0);
  add("broken_arguments", broken, {
    en: `the arguments of ${broken} tool ${broken === 1 ? "call" : "calls"} are not whole JSON: a client that parses them fails`,
    zh: `有 ${broken} 个工具调用的参数不是完整的 JSON，解析它们的客户端会出错`,
  });
  return notes;
}

function events(count: number): string {
  return `${count} ${count === 1 ? "event was" : "events were"}`;
}
