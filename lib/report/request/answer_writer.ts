import type { Arrival, ChatPart } from "../../chat/reading.ts";
import { TerminalFilter } from "../../text/terminal_text.ts";

/** Where the parts of an answer go. */
export interface AnswerWriterOptions {
  /** Takes the answer: stdout. */
  readonly out: (text: string) => void;
  /** Takes the reasoning, unless it *is* the answer: stderr. */
  readonly err: (text: string) => void;
  /** A terminal must not obey what a model writes; a pipe gets it exactly. */
  readonly outIsTerminal: boolean;
  readonly errIsTerminal: boolean;
  /** `only`: the reasoning is written instead of the answer. */
  readonly reasoning: "show" | "hide" | "only";
  readonly dim?: ((text: string) => string) | undefined;
}

/**
 * Writes an answer as it arrives. Of several choices the first is written at once and the others at the end, in
 * order, each behind an empty line, since interleaved texts cannot be read.
 */
export class AnswerWriter {
  readonly #options: AnswerWriterOptions;
  readonly #out: Column;
  readonly #err: Column;
  readonly #otherChoices = new Map<number, string>();

  constructor(options: AnswerWriterOptions) {
    const { dim = (text: string) => text } = options;
    this.#options = options;
    this.#out = new Column(options.out, { filtered: options.outIsTerminal });
    this.#err = new Column((text) => options.err(dim(text)), { filtered: options.errIsTerminal });
  }

  /** Writes what arrived. */
  write(arrivals: readonly Arrival[]): void {
    for (const { parts } of arrivals) for (const part of parts) this.#writePart(part);
  }

  /** Ends both streams with a newline where they lack one, and writes the other choices. */
  end(): void {
    this.#err.endLine();
    this.#out.endLine();
    for (const [, text] of [...this.#otherChoices].toSorted(([a], [b]) => a - b)) {
      this.#out.write(`\n${text}`);
      this.#out.endLine();
    }
  }

  #writePart(part: ChatPart): void {
    const { reasoning } = this.#options;
    if (part.type !== "text" && part.type !== "reasoning") return;
    const isResult = (part.type === "reasoning") === (reasoning === "only");
    if (isResult && part.choice === 0) {
      this.#err.endLine();
      this.#out.write(part.text);
    } else if (isResult) {
      const before = this.#otherChoices.get(part.choice) ?? "";
      this.#otherChoices.set(part.choice, before + part.text);
    } else if (part.type === "reasoning" && reasoning === "show" && part.choice === 0) {
      this.#err.write(part.text);
    }
  }
}

/** A stream of text that knows whether its last line is ended. */
class Column {
  readonly #write: (text: string) => void;
  readonly #filter: TerminalFilter | null;
  #last = "\n";

  constructor(write: (text: string) => void, { filtered }: { readonly filtered: boolean }) {
    this.#write = write;
    this.#filter = filtered ? new TerminalFilter() : null;
  }

  write(text: string): void {
    this.#put(this.#filter === null ? text : this.#filter.push(text));
  }

  endLine(): void {
    if (this.#filter !== null) this.#put(this.#filter.end());
    if (this.#last !== "\n") this.#put("\n");
  }

  #put(text: string): void {
    if (text === "") return;
    this.#last = text.slice(-1);
    this.#write(text);
  }
}
