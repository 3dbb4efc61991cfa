import { finishMeaning } from "../wire/finish_reason.ts";
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
  | "broken_arguments";

/**
 * What was odd about a stream, each once: not as the standard and the API have it, though a completion could be read.
 *
 * @example
 * ```ts
 * odditiesIn(new CompletionReader().result()); // []
 * ```
 */
export function odditiesIn(reading: Reading): Oddity[] {
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
    broken_arguments: reading.choices.some(({ brokenToolCalls }) => brokenToolCalls > 0),
  };
  return (Object.keys(found) as Oddity[]).filter((oddity) => found[oddity]);
}
