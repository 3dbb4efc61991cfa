import { finishMeaning } from "../wire/finish_reason.ts";
import type { ResponseHead } from "../wire/exchange.ts";
import { isPromptUnclear, isUsageUnclear } from "../wire/usage.ts";
import type { Reading } from "./reading.ts";

/** What was odd about a stream, by the codes that notes have for it. */
export type Oddity =
  | "malformed_event"
  | "too_deep"
  | "repaired_event"
  | "not_a_field"
  | "remark"
  | "error_after_done"
  | "text_after_done"
  | "unread_content"
  | "repeated_text"
  | "audio"
  | "image"
  | "unplaced_choice"
  | "odd_usage"
  | "unclear_usage"
  | "unclear_prompt"
  | "unopened_think"
  | "unknown_finish_reason"
  | "compressed"
  | "broken_arguments";

/**
 * What was odd about a stream, each once: not as the standard and the API have it, though a completion could be read.
 *
 * `head`: that of the response, where there is one.
 *
 * @example
 * ```ts
 * odditiesIn(new CompletionReader().result()); // []
 * ```
 */
export function odditiesIn(
  reading: Reading,
  { head = null }: { readonly head?: Pick<ResponseHead, "headers"> | null | undefined } = {},
): Oddity[] {
  const { usage } = reading.timeline;
  const found: Readonly<Record<Oddity, boolean>> = {
    malformed_event: reading.malformedEvents > 0,
    too_deep: reading.tooDeep > 0,
    repaired_event: reading.repairedEvents > 0,
    not_a_field: reading.strayLines.count > 0,
    remark: reading.remark !== null,
    error_after_done: reading.errorAfterDone !== null,
    text_after_done: reading.textAfterDone !== null,
    unread_content: reading.unreadContents > 0,
    repeated_text: reading.repeatedTexts > 0,
    audio: reading.media.audio > 0,
    image: reading.media.image > 0,
    unplaced_choice: reading.unplacedChoices > 0,
    odd_usage: reading.oddUsage.length > 0,
    unclear_usage: usage !== null && isUsageUnclear(usage),
    unclear_prompt: usage !== null && isPromptUnclear(usage),
    unopened_think: reading.choices.some(({ closesUnopened }) => closesUnopened),
    unknown_finish_reason: reading.choices.some(
      ({ finishReason }) => finishReason !== null && finishMeaning(finishReason) === "unknown",
    ),
    compressed:
      reading.facts.isCompletion && reading.timeline.streamed && compressionOf(head) !== null,
    broken_arguments: reading.choices.some(({ brokenToolCalls }) => brokenToolCalls > 0),
  };
  return (Object.keys(found) as Oddity[]).filter((oddity) => found[oddity]);
}

/**
 * How the body was compressed, although `identity` is asked for; `null` when it was not. What reads it has it decompressed
 * already: the times are those behind a compressor, which may hold text back.
 *
 * @example
 * ```ts
 * compressionOf({ headers: new Headers({ "content-encoding": "gzip" }) }); // "gzip"
 * ```
 */
export function compressionOf(head: Pick<ResponseHead, "headers"> | null): string | null {
  const encoding = head?.headers.get("content-encoding")?.trim().toLowerCase() ?? "";
  return encoding === "" || encoding === "identity" ? null : encoding;
}
