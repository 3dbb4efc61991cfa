import { asText } from "../base/json.ts";

/**
 * What a `finish_reason` says of the answer:
 *
 * - `end`: the model ended it, or calls a tool.
 * - `length`: it was cut at a limit of tokens.
 * - `context`: it was cut where question and answer filled the model's context window.
 * - `cut`: the endpoint cut it for another reason, or for none that it tells.
 * - `filter`: a filter of the endpoint stopped it.
 * - `refusal`: the model declined.
 * - `failure`: something broke. It stands in the place of a normal end, and is none.
 * - `unknown`: nobody knows it.
 */
export type FinishMeaning =
  "end" | "length" | "context" | "cut" | "filter" | "refusal" | "failure" | "unknown";

/** The names, in lower case with `_`; behind OpenAI's those of others, in the order of the comments. */
const MEANINGS: readonly (readonly [FinishMeaning, string])[] = [
  ["end", "stop tool_calls function_call"],
  // Anthropic; TGI; llama.cpp; Cohere; Baidu.
  [
    "end",
    "end_turn stop_sequence tool_use eos eos_token eos_token_id word complete tool_call normal",
  ],
  ["end", "completed finish finished done end stopped stop_token end_of_text success succeeded"],
  ["end", "完成 正常 正常结束 结束 成功"],
  ["length", "length max_tokens max_output_tokens max_completion_tokens max_new_tokens"],
  // Mistral; Cohere; llama.cpp.
  ["length", "model_length error_limit limit max_length max_token token_limit"],
  // Zhipu and Anthropic; OpenAI's code.
  ["context", "model_context_window_exceeded context_length_exceeded"],
  // The last one is Anthropic's: a turn that was paused may be gone on with.
  ["cut", "repetition_truncation truncated incomplete pause_turn"],
  [
    "filter",
    "content_filter content_filtered content_filter_error moderation blocked risk_control",
  ],
  // Zhipu; Gemini; Bedrock; Cohere.
  ["filter", "sensitive safety recitation blocklist prohibited_content spii language image_safety"],
  [
    "filter",
    "image_prohibited_content image_recitation model_armor guardrail_intervened error_toxic",
  ],
  ["refusal", "refusal refused"],
  ["failure", "error error_finish failure failed fail exception server_error internal_error"],
  // Zhipu; DeepSeek; vLLM and SGLang; Cohere.
  ["failure", "network_error insufficient_system_resource abort aborted user_cancel"],
  ["failure", "timeout timed_out time_limit cancel cancelled canceled interrupted overloaded"],
  ["failure", "preempted disconnect"],
  // Gemini.
  [
    "failure",
    "malformed_function_call malformed_response unexpected_tool_call no_image image_other",
  ],
  ["failure", "too_many_tool_calls missing_thought_signature"],
];

const BY_NAME = new Map(
  MEANINGS.flatMap(([meaning, names]) => names.split(" ").map((name) => [name, meaning] as const)),
);

/** `no_error` is none. What follows it may tell of another. */
const NO_FAILURE =
  /(^|_)(no|non|without)_(an?_)?(error|failure|exception)s?(?=_|$)|[无没]有?(错误|异常)/g;

/** What a name says that stands in no list. A failure comes first: to miss one is worse than to see one too many. */
const BY_WORD: readonly (readonly [FinishMeaning, RegExp])[] = [
  [
    "failure",
    /error|fail|abort|cancel|exception|time_?d?_?out|overload|unavailable|interrupt|disconnect|insufficient|exhaust|quota|rate_limit|crash|malformed|broken|reset|out_of_memory/,
  ],
  [
    "failure",
    /(^|[^a-z])(oom|killed|expired|terminated|died|lost)([^a-z]|$)|错误|失败|异常|超时|中断|取消|终止/,
  ],
  ["filter", /filter|safety|sensitive|moderat|block|prohibit|guardrail|violation|policy|敏感|违规/],
  ["context", /context_(window|length|limit)/],
  ["length", /max_.*token|token.*limit|length|长度/],
  ["cut", /truncat|incomplete|cut_?off|截断/],
];

/** Longer names are cut: a name is shown, and kept for each request of a run. */
const LONGEST_NAME = 200;

/** What stands in the place of a value in data that was turned into text once too often. */
const PLACEHOLDER = /^\s*(null|none|undefined|nil|nan)?\s*$/i;

/** Whether a text is a written-out absence, such as Python's `None`, or blank. */
export function isPlaceholder(text: string): boolean {
  return text.length < 32 && PLACEHOLDER.test(text);
}

/**
 * The reason that a `finish_reason` gives, as the endpoint spells it, at most 200 characters; `null` when it gives
 * none, as `null`, `""` or `"None"` do. What is no text is its JSON, unless it says nothing, as `false`, 0 or `{}`.
 *
 * @example
 * ```ts
 * finishReasonFrom({ type: "error" }); // '{"type":"error"}'
 * ```
 */
export function finishReasonFrom(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  const reason = typeof value === "string" ? asText(value) : jsonOf(value);
  if (reason === null || reason === "stop") return reason;
  return isPlaceholder(reason) ? null : reason.slice(0, LONGEST_NAME).toWellFormed();
}

function jsonOf(value: unknown): string | null {
  if (value === false || value === 0) return null;
  if (typeof value === "object" && value !== null && Object.keys(value).length === 0) return null;
  return JSON.stringify(value);
}

/**
 * What a reason means. Case and separators do not matter, and neither does an enumeration's name before it.
 *
 * @example
 * ```ts
 * finishMeaning("stop"); // "end"
 * finishMeaning("MAX_TOKENS"); // "length"
 * finishMeaning("network_error"); // "failure"
 * ```
 */
export function finishMeaning(reason: string): FinishMeaning {
  const name = reason
    .slice(0, LONGEST_NAME)
    .trim()
    .replace(/([a-z])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/[\s.-]+/g, "_")
    .replace(/^(finish_?reason|stop_?reason)_/, "");
  const known = BY_NAME.get(name);
  if (known !== undefined) return known;
  const said = name.replace(NO_FAILURE, "");
  if (said !== name && said.replace(/_/g, "") === "") return "end";
  return BY_WORD.find(([, words]) => words.test(said))?.[0] ?? "unknown";
}
