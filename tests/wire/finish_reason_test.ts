import { expect, test } from "bun:test";
import {
  type FinishMeaning,
  finishMeaning,
  finishReasonFrom,
} from "../../lib/wire/finish_reason.ts";

const KNOWN: readonly (readonly [FinishMeaning, string])[] = [
  ["end", "stop, tool_calls, function_call, end_turn, stop_sequence, tool_use, eos, eos_token"],
  ["end", "STOP, COMPLETE, FINISH_REASON_STOP, FinishReason.STOP, tool-calls, endTurn"],
  ["length", "length, max_tokens, MAX_TOKENS, model_length, max_output_tokens, maxTokens"],
  ["length", "ERROR_LIMIT, max-tokens"],
  ["context", "model_context_window_exceeded, context-length-exceeded, context_limit"],
  ["cut", "repetition_truncation, incomplete, TRUNCATED, truncated_by_server"],
  ["end", "no_error, NO_ERROR, no-errors, without_error, NoError, 无错误, 没有异常, 正常结束"],
  ["failure", "oom, OOM, killed, oom-killed, expired, session_expired, CUDA out of memory, 错误"],
  ["failure", "失败, 系统异常, 请求超时, no_error_but_timeout, domain_error, 内部错误"],
  ["unknown", "skilled, room, no_errands"],
  ["filter", "content_filter, content-filter, sensitive, SAFETY, RECITATION, BLOCKLIST, SPII"],
  ["filter", "PROHIBITED_CONTENT, guardrail_intervened, ERROR_TOXIC, safety_filter"],
  ["refusal", "refusal"],
  ["failure", "error, network_error, insufficient_system_resource, abort, error_finish, failed"],
  ["failure", "server_error, timeout, cancelled, canceled, USER_CANCEL, MALFORMED_FUNCTION_CALL"],
  ["failure", "upstream_error, rate_limit_exceeded, engine-overloaded, Internal Error, TimeOut"],
  ["failure", "connection.reset, service_unavailable"],
  ["cut", "pause_turn"],
  ["unknown", "OTHER, FINISH_REASON_UNSPECIFIED, done?, banana, 停止"],
];

test("finish reasons are known, whatever their case and separators", () => {
  for (const [meaning, reasons] of KNOWN) {
    for (const reason of reasons.split(", ")) expect(finishMeaning(reason), reason).toBe(meaning);
  }
});

test("finish reason is none where a placeholder stands in its place", () => {
  for (const value of [
    null,
    undefined,
    "",
    " ",
    "null",
    "None",
    "undefined",
    "nil",
    "NULL",
    false,
    0,
    {},
    [],
  ]) {
    expect(finishReasonFrom(value), String(value)).toBeNull();
  }
  for (const value of ["stop", "none_of_these", "nullable", "STOP"]) {
    expect(finishReasonFrom(value)).toBe(value);
  }
});

test("finish reason that is no text is its JSON, and told by the same words", () => {
  for (const [value, reason, meaning] of [
    [{ type: "error" }, '{"type":"error"}', "failure"],
    [["error"], '["error"]', "failure"],
    [500, "500", "unknown"],
    [true, "true", "unknown"],
    [{ type: "max_tokens" }, '{"type":"max_tokens"}', "length"],
  ] as const) {
    expect(finishReasonFrom(value)).toBe(reason);
    expect(finishMeaning(reason)).toBe(meaning);
  }
  expect(finishReasonFrom({ text: "x".repeat(1e6) })).toHaveLength(200);
});

test("finish reason is kept to 200 characters", () => {
  expect(finishReasonFrom("x".repeat(1e6))).toBe("x".repeat(200));
  expect(finishMeaning("x".repeat(1e6))).toBe("unknown");
});
