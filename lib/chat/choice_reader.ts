import type { TimelineBuilder } from "../measure/timeline.ts";
import type { ChoiceDelta } from "../wire/completion.ts";
import type { Micros } from "../wire/text.ts";
import { type Segment, ThinkTags } from "../wire/think_tags.ts";
import { ToolCalls } from "../wire/tool_calls.ts";
import type { ChatPart, Choice } from "./reading.ts";

/** Reads one of the answers that a completion holds: puts its texts and tool calls together, and notes their times. */
export class ChoiceReader {
  readonly #index: number;
  readonly #timeline: TimelineBuilder;
  readonly #keepText: boolean;
  readonly #toolCalls = new ToolCalls();
  readonly #tags = new ThinkTags();
  #content = "";
  #reasoning = "";
  #finishReason: string | null = null;
  #hasDelta = false;
  #isAnswered = false;
  #isRefused = false;

  constructor(
    index: number,
    options: { readonly timeline: TimelineBuilder; readonly keepText: boolean },
  ) {
    this.#index = index;
    this.#timeline = options.timeline;
    this.#keepText = options.keepText;
  }

  /** What a chunk really adds. Some endpoints end a stream with the whole message: it is no second answer. */
  news(delta: ChoiceDelta): ChoiceDelta {
    return delta.whole && this.#hasDelta
      ? { ...delta, answer: "", reasoning: "", toolCalls: [] }
      : delta;
  }

  /** Takes what a chunk adds, and gives it in parts. */
  take(delta: ChoiceDelta, at: Micros | null): ChatPart[] {
    const choice = this.#index;
    if (hasText(delta)) this.#hasDelta = true;
    if (delta.refusal) this.#isRefused = true;
    const segments: Segment[] = [];
    if (delta.reasoning !== "") segments.push({ kind: "reasoning", text: delta.reasoning, at });
    if (delta.answer !== "") segments.push(...this.#tags.push(delta.answer, at));
    const parts = this.#textParts(segments, at);
    for (const call of delta.toolCalls) {
      const index = this.#toolCalls.add(this.#keepText ? call : { ...call, arguments: "" });
      this.#isAnswered = true;
      parts.push({ type: "tool_call", choice, ...call, index, at });
    }
    if (delta.finishReason !== null) {
      parts.push(...this.end(at));
      this.#finishReason = delta.finishReason;
      parts.push({ type: "finish", choice, reason: delta.finishReason, at });
    }
    return parts;
  }

  /** The answer is over: the text that was held back. */
  end(at: Micros | null): ChatPart[] {
    return this.#textParts(this.#tags.end(), at);
  }

  result(): Choice {
    return {
      index: this.#index,
      content: this.#content,
      reasoning: this.#reasoning,
      toolCalls: this.#toolCalls.all(),
      finishReason: this.#finishReason,
      isAnswered: this.#isAnswered,
      isRefused: this.#isRefused,
    };
  }

  /** Parts carry the time they come out; the timeline gets the time their text arrived. */
  #textParts(segments: readonly Segment[], at: Micros | null): ChatPart[] {
    const choice = this.#index;
    return segments.map((segment) => {
      if (segment.kind === "answer") {
        this.#timeline.answer(segment.at);
        this.#isAnswered = true;
        if (this.#keepText) this.#content += segment.text;
        return { type: "text", text: segment.text, choice, at };
      }
      this.#timeline.reasoning();
      if (this.#keepText) this.#reasoning += segment.text;
      return { type: "reasoning", text: segment.text, choice, at };
    });
  }
}

/** Whether a chunk adds text of any kind to a choice: whether it is a delta. */
export function hasText(delta: ChoiceDelta): boolean {
  return (
    delta.answer !== "" ||
    delta.reasoning !== "" ||
    delta.toolCalls.some((call) => call.arguments !== "")
  );
}
