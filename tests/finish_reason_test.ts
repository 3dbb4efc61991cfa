import { expect, test } from "bun:test";
import { type FinishMeaning, finishMeaning, finishReasonFrom } from "../lib/wire/finish_reason.ts";

const KNOWN: Readonly<Record<FinishMeaning, readonly string[]>> = {
  end: [
    ...["stop", "tool_calls", "function_call", "end_turn", "stop_sequence", "tool_use"],
    ...["eos", "eos_token", "STOP", "COMPLETE", "FINISH_REASON_STOP", "FinishReason.STOP"],
  ],
  length: [
    ...["length", "max_tokens", "MAX_TOKENS", "model_length", "max_output_tokens", "maxTokens"],
    ...["model_context_window_exceeded", "ERROR_LIMIT", "max-tokens"],
  ],
  filter: [
    ...["content_filter", "content-filter", "sensitive", "SAFETY", "RECITATION", "BLOCKLIST"],
    ...["PROHIBITED_CONTENT", "SPII", "guardrail_intervened", "ERROR_TOXIC", "safety_filter"],
  ],
  refusal: ["refusal"],
  failure: [
    ...["error", "network_error", "insufficient_system_resource", "abort", "error_finish"],
    ...["server_error", "timeout", "cancelled", "canceled", "USER_CANCEL", "failed"],
    ...["MALFORMED_FUNCTION_CALL", "upstream_error", "rate_limit_exceeded", "engine-overloaded"],
    ...["Internal Error", "connection.reset", "service_unavailable", "TimeOut"],
  ],
  unknown: ["OTHER", "FINISH_REASON_UNSPECIFIED", "pause_turn", "done?", "banana", "停止"],
};

for (const [meaning, reasons] of Object.entries(KNOWN)) {
  test(`finish reasons that mean ${meaning} are known, whatever their case and separators`, () => {
    for (const reason of reasons) expect(finishMeaning(reason), reason).toBe(meaning as never);
  });
}

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
