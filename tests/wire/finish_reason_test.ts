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
  ["length", "model_context_window_exceeded, ERROR_LIMIT, max-tokens"],
  ["filter", "content_filter, content-filter, sensitive, SAFETY, RECITATION, BLOCKLIST, SPII"],
  ["filter", "PROHIBITED_CONTENT, guardrail_intervened, ERROR_TOXIC, safety_filter"],
  ["refusal", "refusal"],
  ["failure", "error, network_error, insufficient_system_resource, abort, error_finish, failed"],
  ["failure", "server_error, timeout, cancelled, canceled, USER_CANCEL, MALFORMED_FUNCTION_CALL"],
  ["failure", "upstream_error, rate_limit_exceeded, engine-overloaded, Internal Error, TimeOut"],
  ["failure", "connection.reset, service_unavailable"],
  ["unknown", "OTHER, FINISH_REASON_UNSPECIFIED, pause_turn, done?, banana, 停止"],
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
    1,
    {},
  ]) {
    expect(finishReasonFrom(value), String(value)).toBeNull();
  }
  for (const value of ["stop", "none_of_these", "nullable", "STOP"]) {
    expect(finishReasonFrom(value)).toBe(value);
  }
});

test("finish reason is kept to 200 characters", () => {
  expect(finishReasonFrom("x".repeat(1e6))).toBe("x".repeat(200));
  expect(finishMeaning("x".repeat(1e6))).toBe("unknown");
});
