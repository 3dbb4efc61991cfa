import type { TimelineBuilder } from "../measure/timeline.ts";
import type { ChoiceDelta, ToolCallDelta } from "../wire/completion.ts";
import { finishMeaning } from "../wire/finish_reason.ts";
import type { Micros } from "../base/time.ts";
import { type Segment, ThinkTags, type ThinkStart } from "../wire/think_tags.ts";
import { ToolCalls } from "../wire/tool_calls.ts";
import { WholeCharacters } from "../wire/whole_characters.ts";
import type { ChatPart, Choice } from "./reading.ts";
import { Repetition } from "./repetition.ts";

/** Where parts go, and the time they come out. */
export interface Parts {
  /** `null`: nobody wants them. */
  readonly parts: ChatPart[] | null;
  readonly at: Micros | null;
}

/** Options of {@linkcode ChoiceReader}. */
export interface ChoiceReaderOptions {
  readonly timeline: TimelineBuilder;
  readonly keepText: boolean;
  /** How reasoning inside the content begins. Default: with a tag. */
  readonly think?: ThinkStart | undefined;
}

/** Reads one of the answers that a completion holds: puts its texts and tool calls together, and notes their times. */
export class ChoiceReader {
  /** Which of the answers. */
  readonly index: number;
  readonly #timeline: TimelineBuilder;
  readonly #keepText: boolean;
  readonly #toolCalls: ToolCalls;
  readonly #tags: ThinkTags;
  readonly #repetition = new Repetition();
  readonly #answerCharacters = new WholeCharacters();
  readonly #reasoningCharacters = new WholeCharacters();
  /** Of the arguments of each call, by its index. */
  readonly #callCharacters = new Map<number, WholeCharacters>();
  #content = "";
  #reasoning = "";
  #finishReason: string | null = null;
  #nativeFinishReason: string | undefined;
  #isAnswered = false;
  #isRefused = false;

  constructor(index: number, options: ChoiceReaderOptions) {
    this.index = index;
    this.#tags = new ThinkTags(options.think);
    this.#timeline = options.timeline;
    this.#keepText = options.keepText;
    this.#toolCalls = new ToolCalls({ keepText: options.keepText });
  }

  /** How often the last delta was the whole text once more. */
  get repeatedTexts(): number {
    return this.#repetition.repeatedTexts;
  }

  /** What a chunk really adds. Some endpoints end a stream with the whole message: it is no second answer. */
  news(delta: ChoiceDelta): ChoiceDelta {
    return this.#repetition.without(delta);
  }

  /** Takes what a plain chunk adds to the answer, as `news` and `take` would. */
  takePlain(text: string, to: Parts): void {
    this.#repetition.adds(text);
    if (this.#tags.passes(text)) this.#takeAnswer(text, to.at, to);
    else this.#takeTexts(this.#tags.push(text, to.at), to);
  }

  /** Takes what a chunk adds, and gives it in parts. */
  take(delta: ChoiceDelta, to: Parts): void {
    const { answer, reasoning } = delta;
    if (delta.refusal) this.#isRefused = true;
    if (reasoning !== "") this.#takeReasoning(reasoning, to);
    if (answer !== "") {
      if (this.#tags.passes(answer)) this.#takeAnswer(answer, to.at, to);
      else this.#takeTexts(this.#tags.push(answer, to.at), to);
    }
    if (delta.media !== undefined) {
      this.#timeline.answer(to.at);
      this.#isAnswered = true;
    }
    if (delta.toolCalls.length > 0) this.#takeCalls(delta.toolCalls, to);
    if (delta.finishReason !== null) this.#finish(delta.finishReason, delta, to);
  }

  /** The answer is over: the text that was held back. */
  end(to: Parts): void {
    const { parts, at } = to;
    this.#takeTexts(this.#tags.end(), to);
    this.#add("reasoning", this.#reasoningCharacters.end(), to);
    this.#add("text", this.#answerCharacters.end(), to);
    for (const [index, characters] of this.#callCharacters) {
      const rest = characters.end();
      if (rest === "") continue;
      const call = { index, id: null, name: null, arguments: rest };
      parts?.push({ type: "tool_call", choice: this.index, ...call, at });
    }
  }

  result(): Choice {
    return {
      index: this.index,
      content: this.#content,
      reasoning: this.#reasoning,
      toolCalls: this.#toolCalls.all(),
      brokenToolCalls: this.#toolCalls.broken,
      finishReason: this.#finishReason,
      ...(this.#nativeFinishReason === undefined
        ? undefined
        : { nativeFinishReason: this.#nativeFinishReason }),
      isAnswered: this.#isAnswered,
      isRefused: this.#isRefused,
      ...(this.#tags.closesUnopened ? { closesUnopened: true } : undefined),
    };
  }

  #takeTexts(segments: readonly Segment[], to: Parts): void {
    for (const { kind, text, at } of segments) {
      if (kind === "answer") this.#takeAnswer(text, at, to);
      else this.#takeReasoning(text, to);
    }
  }

  /**
   * Parts carry the time they come out; the timeline gets the time their text arrived. Half a character arrived, but
   * comes out with its other half.
   */
  #takeAnswer(text: string, arrived: Micros | null, to: Parts): void {
    this.#timeline.answer(arrived);
    this.#isAnswered = true;
    this.#add("text", this.#answerCharacters.push(text), to);
  }

  #takeReasoning(text: string, to: Parts): void {
    this.#timeline.reasoning();
    this.#add("reasoning", this.#reasoningCharacters.push(text), to);
  }

  #takeCalls(calls: readonly ToolCallDelta[], { parts, at }: Parts): void {
    this.#isAnswered = true;
    for (const call of calls) {
      const index = this.#toolCalls.add(call);
      const characters = this.#callCharacters.get(index) ?? new WholeCharacters();
      this.#callCharacters.set(index, characters);
      const given = characters.push(call.arguments);
      parts?.push({ type: "tool_call", choice: this.index, ...call, arguments: given, index, at });
    }
  }

  #finish(reason: string, { nativeFinishReason }: ChoiceDelta, to: Parts): void {
    this.#takeTexts(this.#tags.end(), to);
    this.#finishReason = reason;
    this.#nativeFinishReason = nativeFinishReason;
    if (finishMeaning(reason) === "refusal") this.#isRefused = true;
    to.parts?.push({ type: "finish", choice: this.index, reason, at: to.at });
  }

  #add(type: "text" | "reasoning", text: string, { parts, at }: Parts): void {
    if (text === "") return;
    if (this.#keepText && type === "text") this.#content += text;
    else if (this.#keepText) this.#reasoning += text;
    parts?.push({ type, text, choice: this.index, at });
  }
}

/** Whether a chunk adds text of any kind to a choice. */
export function hasText(delta: ChoiceDelta): boolean {
  return (
    delta.answer !== "" ||
    delta.reasoning !== "" ||
    (delta.toolCalls.length > 0 && delta.toolCalls.some((call) => call.arguments !== ""))
  );
}
