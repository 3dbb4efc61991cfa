import type { Micros } from "../base/time.ts";

/** A run of answer or reasoning text, with the time its delta arrived. */
export interface Segment {
  readonly kind: "answer" | "reasoning";
  readonly text: string;
  readonly at: Micros | null;
}

/**
 * How reasoning that stands inside the content begins: with `<think>`, or `open`, at once, as where the template of the
 * prompt holds the tag already. An `open` one may have the tag, too.
 */
export type ThinkStart = "tagged" | "open";

const OPEN = "<think>";
const CLOSE = "</think>";
/** So many blanks may stand before the tag. Behind more of them it is a word of the answer. */
const LEADING_BLANKS = 256;

/**
 * Parts the reasoning that some servers leave inside the content, `<think>…</think>` at its very start, from the
 * answer. The tags may be cut over any number of deltas. They are dropped; nothing else is: blanks before the tag
 * count as reasoning.
 *
 * Only a tag at the start counts: later ones are the model's own words. One that closes what none has opened is noted.
 *
 * @example
 * ```ts
 * const tags = new ThinkTags();
 * tags.push("<th", 1); // []: it may be a tag
 * tags.push("ink>hm</think>Hi", 2);
 * // [{ kind: "reasoning", text: "hm", at: 2 }, { kind: "answer", text: "Hi", at: 2 }]
 * ```
 */
export class ThinkTags {
  readonly #begins: ThinkStart;
  readonly #lost = new LostOpening();
  #state: "start" | "thinking" | "answer" = "start";
  /** Deltas whose kind is not known yet. At the start: several; while thinking: the head of a closing tag. */
  #held: { readonly text: string; readonly at: Micros | null }[] = [];

  constructor(begins: ThinkStart = "tagged") {
    this.#begins = begins;
  }

  /** The content holds a closing tag that none has opened: what stands before it is probably reasoning. */
  get closesUnopened(): boolean {
    return this.#lost.isClosed;
  }

  /**
   * Takes the next delta where all of it is answer, as nearly always. `false`: it has to be pushed, and nothing was taken.
   */
  passes(text: string): boolean {
    if (this.#state !== "answer") return false;
    this.#lost.push(text);
    return true;
  }

  /** Takes the next delta and returns what is known now, earlier deltas first. */
  push(text: string, at: Micros | null): Segment[] {
    switch (this.#state) {
      case "answer":
        this.#lost.push(text);
        return text === "" ? [] : [{ kind: "answer", text, at }];
      case "thinking":
        return this.#think(text, at);
      case "start":
        return this.#start(text, at);
    }
  }

  /** The end of the content: what was held back comes out. */
  end(): Segment[] {
    if (this.#state === "thinking" || (this.#state === "start" && this.#begins === "open")) {
      return this.#release("reasoning");
    }
    return this.#answer();
  }

  #answer(): Segment[] {
    for (const { text } of this.#held) this.#lost.push(text);
    this.#state = "answer";
    return this.#release("answer");
  }

  #start(text: string, at: Micros | null): Segment[] {
    this.#held.push({ text, at });
    const begin = this.#held.map((delta) => delta.text).join("");
    const trimmed = begin.trimStart();
    const blanks = begin.slice(0, begin.length - trimmed.length);
    if (blanks.length <= LEADING_BLANKS) {
      if (trimmed.startsWith(OPEN)) {
        this.#held = [];
        this.#state = "thinking";
        return this.#think(blanks + trimmed.slice(OPEN.length), at);
      }
      if (OPEN.startsWith(trimmed)) return [];
    }
    return this.#begins === "open" ? this.#thinkAtOnce() : this.#answer();
  }

  /** There is no tag. What was held back for one arrived earlier. */
  #thinkAtOnce(): Segment[] {
    const held = this.#held;
    this.#held = [];
    this.#state = "thinking";
    // The closing tag may begin in what was held back, and end in it.
    return held.flatMap(({ text, at }) => this.push(text, at));
  }

  #think(text: string, at: Micros | null): Segment[] {
    const whole = this.#held.map((delta) => delta.text).join("") + text;
    this.#held = [];
    const close = whole.indexOf(CLOSE);
    if (close !== -1) {
      this.#state = "answer";
      // Behind a pair of tags others are words.
      this.#lost.stop();
      return [
        ...segment("reasoning", whole.slice(0, close), at),
        ...segment("answer", whole.slice(close + CLOSE.length), at),
      ];
    }
    const tail = possibleTagAtEnd(whole, CLOSE);
    if (tail > 0) this.#held.push({ text: whole.slice(whole.length - tail), at });
    return segment("reasoning", whole.slice(0, whole.length - tail), at);
  }

  #release(kind: Segment["kind"]): Segment[] {
    const held = this.#held;
    this.#held = [];
    return held.flatMap(({ text, at }) => segment(kind, text, at));
  }
}

/** Looks for a closing tag in an answer without an opening one before it. */
class LostOpening {
  #isOver = false;
  #isClosed = false;
  #tail = "";

  get isClosed(): boolean {
    return this.#isClosed;
  }

  stop(): void {
    this.#isOver = true;
  }

  push(text: string): void {
    // Nearly every delta of every answer comes through here.
    if (this.#isOver || (this.#tail === "" && !text.includes("<"))) return;
    const whole = this.#tail + text;
    const open = whole.indexOf(OPEN);
    const close = whole.indexOf(CLOSE);
    if (open !== -1 || close !== -1) {
      this.#isOver = true;
      this.#isClosed = close !== -1 && (open === -1 || close < open);
      return;
    }
    const tail = Math.max(possibleTagAtEnd(whole, OPEN), possibleTagAtEnd(whole, CLOSE));
    this.#tail = tail === 0 ? "" : whole.slice(-tail);
  }
}

/** How many of the last characters may be the beginning of the tag. */
function possibleTagAtEnd(text: string, tag: string): number {
  for (let length = Math.min(tag.length - 1, text.length); length > 0; length--) {
    if (tag.startsWith(text.slice(text.length - length))) return length;
  }
  return 0;
}

function segment(kind: Segment["kind"], text: string, at: Micros | null): Segment[] {
  return text === "" ? [] : [{ kind, text, at }];
}
