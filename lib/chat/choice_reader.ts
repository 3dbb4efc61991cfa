import type { TimelineBuilder } from "../measure/timeline.ts";
import type { ChoiceDelta } from "../wire/completion.ts";
import { finishMeaning } from "../wire/finish_reason.ts";
import type { Micros } from "../base/time.ts";
import { type Segment, ThinkTags, type ThinkStart } from "../wire/think_tags.ts";
import { ToolCalls } from "../wire/tool_calls.ts";
import { WholeCharacters } from "../wire/whole_characters.ts";
import type { ChatPart, Choice } from "./reading.ts";
import { Repetition } from "./repetition.ts";

/** Where parts go, and the time they come out. */
interface Parts {
  readonly parts: ChatPart[];
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
  readonly #index: number;
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
    this.#index = index;
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

  /** Takes what a chunk adds, and gives it in parts. */
  take(delta: ChoiceDelta, at: Micros | null): ChatPart[] {
    const choice = this.#index;
    if (delta.refusal) this.#isRefused = true;
    const parts: ChatPart[] = [];
    const to = { parts, at };
    if (delta.reasoning !== "") {
      this.#takeTexts([{ kind: "reasoning", text: delta.reasoning, at }], to);
    }
    if (delta.answer !== "") this.#takeTexts(this.#tags.push(delta.answer, at), to);
    if (delta.media !== undefined) {
      this.#timeline.answer(at);
      this.#isAnswered = true;
    }
    for (const call of delta.toolCalls) {
      const index = this.#toolCalls.add(call);
      this.#isAnswered = true;
      const characters = this.#callCharacters.get(index) ?? new WholeCharacters();
      this.#callCharacters.set(index, characters);
      const given = characters.push(call.arguments);
      parts.push({ type: "tool_call", choice, ...call, arguments: given, index, at });
    }
    if (delta.finishReason !== null) {
      this.#takeTexts(this.#tags.end(), to);
      this.#finishReason = delta.finishReason;
      this.#nativeFinishReason = delta.nativeFinishReason;
      if (finishMeaning(delta.finishReason) === "refusal") this.#isRefused = true;
      parts.push({ type: "finish", choice, reason: delta.finishReason, at });
    }
    return parts;
  }

  /** The answer is over: the text that was held back. */
  end(at: Micros | null): ChatPart[] {
    const parts: ChatPart[] = [];
    this.#takeTexts(this.#tags.end(), { parts, at });
    this.#add("reasoning", this.#reasoningCharacters.end(), { parts, at });
    this.#add("text", this.#answerCharacters.end(), { parts, at });
    for (const [index, characters] of this.#callCharacters) {
      const rest = characters.end();
      if (rest === "") continue;
      const call = { index, id: null, name: null, arguments: rest };
      parts.push({ type: "tool_call", choice: this.#index, ...call, at });
    }
    return parts;
  }

  result(): Choice {
    return {
      index: this.#index,
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

  /**
   * Parts carry the time they come out; the timeline gets the time their text arrived. Half a character arrived, but
   * comes out with its other half.
   */
  #takeTexts(segments: readonly Segment[], to: Parts): void {
    for (const { kind, text, at } of segments) {
      if (kind === "answer") {
        this.#timeline.answer(at);
        this.#isAnswered = true;
        this.#add("text", this.#answerCharacters.push(text), to);
      } else {
        this.#timeline.reasoning();
        this.#add("reasoning", this.#reasoningCharacters.push(text), to);
      }
    }
  }

  #add(type: "text" | "reasoning", text: string, { parts, at }: Parts): void {
    if (text === "") return;
    if (this.#keepText && type === "text") this.#content += text;
    else if (this.#keepText) this.#reasoning += text;
    parts.push({ type, text, choice: this.#index, at });
  }
}

/** Whether a chunk adds media to a choice, such as sound. With text or media it is a delta. */
export function hasMedia(delta: ChoiceDelta): boolean {
  return delta.media !== undefined;
}

/** Whether a chunk adds text of any kind to a choice. */
export function hasText(delta: ChoiceDelta): boolean {
  return (
    delta.answer !== "" ||
    delta.reasoning !== "" ||
    delta.toolCalls.some((call) => call.arguments !== "")
  );
}
