import type { ChatResult } from "../../chat/complete_chat.ts";
import type { RequestMetrics } from "../../measure/metrics.ts";
import type { Usage } from "../../wire/usage.ts";
import type { Language } from "../../base/message.ts";
import { notesOf } from "./notes.ts";
import { toMilliseconds } from "../../text/units.ts";

/** What a report needs of a result; a replayed transcript has it as a live request does. */
export type ReportedResult = Pick<ChatResult, "verdict" | "reading" | "head" | "attempts">;

/**
 * The value that `--json` prints for one request. Times are in milliseconds with three decimals; what does not
 * exist is `null`. `tool_calls` is there only when the answer has some, `choices` only when there are several,
 * `native_finish_reason` only where the endpoint's protocol has another word, `usage.native` and `accepted_ms` only where
 * the protocol has such.
 */
export function resultJson(
  result: ReportedResult,
  { metrics, language }: { readonly metrics: RequestMetrics; readonly language: Language },
): Record<string, unknown> {
  const { verdict, reading } = result;
  const [first] = reading.choices;
  return {
    outcome: verdict.outcome,
    streamed: reading.timeline.streamed,
    content: first?.content ?? "",
    reasoning: first?.reasoning ?? "",
    finish_reason: first?.finishReason ?? null,
    ...(first?.nativeFinishReason === undefined
      ? undefined
      : { native_finish_reason: first.nativeFinishReason }),
    model: reading.models[0] ?? null,
    id: reading.id,
    usage: usageJson(reading.timeline.usage),
    metrics: metricsJson(metrics),
    notes: notesOf(result).map(({ code, count, message }) => ({
      code,
      count,
      message: message[language],
    })),
    attempts: result.attempts,
    error: errorJson(result),
    ...(first !== undefined && first.toolCalls.length > 0
      ? { tool_calls: first.toolCalls }
      : undefined),
    ...(reading.choices.length > 1
      ? {
          choices: reading.choices.map((choice) => ({
            index: choice.index,
            content: choice.content,
            reasoning: choice.reasoning,
            finish_reason: choice.finishReason,
            tool_calls: choice.toolCalls,
          })),
        }
      : undefined),
  };
}

/** The endpoint's counts, under the names it gave them. */
export function usageJson(usage: Usage | null): Record<string, unknown> | null {
  if (usage === null) return null;
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.totalTokens,
    reasoning_tokens: usage.reasoningTokens,
    cached_tokens: usage.cachedTokens,
    ...(usage.native === undefined ? undefined : { native: usage.native }),
  };
}

/** A request's metrics, times in milliseconds. */
export function metricsJson(metrics: RequestMetrics): Record<string, unknown> {
  return {
    ttfb_ms: toMilliseconds(metrics.ttfb),
    ...(metrics.accepted === null ? undefined : { accepted_ms: toMilliseconds(metrics.accepted) }),
    ttft_ms: toMilliseconds(metrics.ttft),
    ttfa_ms: toMilliseconds(metrics.ttfa),
    tpot_ms: toMilliseconds(metrics.tpot),
    e2e_ms: toMilliseconds(metrics.e2e),
    closed_ms: toMilliseconds(metrics.closed),
    output_tokens_per_second: metrics.outputRate,
    deltas: metrics.deltas,
    tokens_per_delta: metrics.tokensPerDelta,
    tokens_per_delta_source: metrics.tokensPerDeltaSource,
    stalls: {
      count: metrics.stalls.count,
      longest_ms: toMilliseconds(metrics.stalls.longest),
      total_ms: toMilliseconds(metrics.stalls.total),
    },
  };
}

function errorJson({ verdict, head }: ReportedResult): Record<string, unknown> | null {
  const { failure } = verdict;
  if (failure === null) return null;
  return {
    kind: failure.kind,
    status: failure.status,
    code: failure.code,
    message: failure.message,
    trace_id: traceId(head?.headers),
  };
}

/** The name under which the endpoint's support finds the request; `null` when it gave none. */
export function traceId(headers: Headers | undefined): string | null {
  const names = ["x-siliconcloud-trace-id", "x-request-id", "request-id"];
  return names.map((name) => headers?.get(name) ?? null).find((id) => id !== null) ?? null;
}
