import type { ChoiceDelta } from "../wire/completion.ts";
import { TextTrace } from "../wire/text_trace.ts";

/** A delta that is all that came once more is told from one that happens to be equal by its length. */
const SHORTEST_REPETITION = 16;

/**
 * Tells what a chunk adds to a choice from what it only repeats. Endpoints end a stream with the whole message once more
 * (MiniMax), send the message so far in every chunk, in the place of a delta, or the next words in its place.
 */
export class Repetition {
  readonly #answer = new TextTrace();
  readonly #reasoning = new TextTrace();
  #hasDelta = false;
  #hasCalls = false;
  #hasMedia = false;
  /** What whole messages hold: all that came so far, or the next words. */
  #messages: "undecided" | "cumulative" | "increments" = "undecided";
  #repeatedTexts = 0;

  /** How many deltas at the end were the whole text once more, and so left out. */
  get repeatedTexts(): number {
    return this.#repeatedTexts;
  }

  /** The delta without what it repeats. */
  without(delta: ChoiceDelta): ChoiceDelta {
    const news = this.#withoutMedia(
      delta.whole ? this.#withoutKnown(delta) : this.#withoutLast(delta),
    );
    const isNew = news.answer !== "" || news.reasoning !== "" || news.toolCalls.length > 0;
    if (!delta.whole && (isNew || news.media !== undefined)) {
      this.#hasDelta = true;
    }
    if (news.answer !== "") this.#answer.add(news.answer);
    if (news.reasoning !== "") this.#reasoning.add(news.reasoning);
    if (news.toolCalls.length > 0) this.#hasCalls = true;
    if (news.media !== undefined) this.#hasMedia = true;
    return news;
  }

  /** A delta adds text to the answer, and nothing else: it repeats nothing. */
  adds(answer: string): void {
    this.#hasDelta = true;
    this.#answer.add(answer);
  }

  /** A whole message behind deltas repeats their media. */
  #withoutMedia(delta: ChoiceDelta): ChoiceDelta {
    if (delta.media === undefined || !delta.whole || !this.#hasMedia) return delta;
    const { media: _, ...rest } = delta;
    return rest;
  }

  #withoutKnown(delta: ChoiceDelta): ChoiceDelta {
    const { answer, reasoning, toolCalls } = delta;
    if (this.#hasDelta) {
      // Behind deltas a message is the whole answer, also where the two do not agree to the letter. Its reasoning may
      // have come inside the content.
      const isLonger = this.#answer.begins(answer);
      const hasReasoning = this.#reasoning.length > 0 && this.#reasoning.begins(reasoning);
      return {
        ...delta,
        answer: isLonger ? answer.slice(this.#answer.length) : "",
        reasoning: hasReasoning ? reasoning.slice(this.#reasoning.length) : "",
        toolCalls: [],
      };
    }
    const isEnd = delta.finishReason !== null;
    return {
      ...delta,
      answer: this.#newsOf(answer, { before: this.#answer, isEnd }),
      reasoning: this.#newsOf(reasoning, { before: this.#reasoning, isEnd }),
      toolCalls: this.#hasCalls && this.#messages !== "increments" ? [] : toolCalls,
    };
  }

  #newsOf(
    text: string,
    { before, isEnd }: { readonly before: TextTrace; readonly isEnd: boolean },
  ): string {
    if (text === "" || before.length === 0) return text;
    if (this.#messages !== "increments" && before.begins(text)) {
      if (text.length > before.length) {
        this.#messages = "cumulative";
        return text.slice(before.length);
      }
      // Equal to all that came: a short one may be the same word twice.
      const isSame = this.#messages === "cumulative" || isEnd || text.length >= SHORTEST_REPETITION;
      if (isSame) return "";
    }
    // A message so far that was polished at its end is still no further text.
    const isPolished = before.length >= SHORTEST_REPETITION && text.length * 2 > before.length;
    if (this.#messages === "cumulative" && isPolished) return "";
    this.#messages = "increments";
    return text;
  }

  /** A last delta that is all that came once more. */
  #withoutLast(delta: ChoiceDelta): ChoiceDelta {
    if (delta.finishReason === null || delta.answer.length < SHORTEST_REPETITION) return delta;
    if (!this.#answer.is(delta.answer)) return delta;
    this.#repeatedTexts++;
    return { ...delta, answer: "" };
  }
}
