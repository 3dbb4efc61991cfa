import type { Clock } from "../../base/clock.ts";
import type { Micros } from "../../base/time.ts";
import { truncateColumns } from "../../text/columns.ts";

/** What a {@linkcode LiveScreen} needs of its terminal. */
export interface LiveScreenOptions {
  readonly write: (text: string) => void;
  /** The terminal's size now: it is asked before every redraw. */
  readonly size: () => { readonly columns: number; readonly rows: number };
  readonly clock: Clock;
}

/** The lines are redrawn no more often than this, in µs: a terminal across a network is slow. */
const REDRAW_EVERY: Micros = 100_000;

const HIDE_CURSOR = "\u001b[?25l";
const SHOW_CURSOR = "\u001b[?25h";
/** Without wrapping, a line stays one line also where the terminal shows `·` or `█` two columns wide. */
const NO_WRAP = "\u001b[?7l";
const WRAP = "\u001b[?7h";
const ERASE_LINE = "\u001b[K";
const ERASE_BELOW = "\u001b[J";

/**
 * A few lines at the bottom of a terminal that are redrawn in place.
 *
 * Between redraws the cursor stands, hidden, at the *start* of the first line, not behind the last one. A terminal that
 * got narrower breaks the lines into more, some terminals do not, and how many there are now cannot be known; but the
 * cursor has stayed at the start, and erasing from there on leaves nothing on the screen. (What a terminal pushed out at
 * its top while it got narrower is in its history, where nobody can erase.)
 *
 * @example
 * ```ts
 * const screen = new LiveScreen({ write, size: () => ({ columns: 80, rows: 24 }), clock });
 * screen.draw(["52%"]);
 * screen.print("a line above");
 * screen.end();
 * ```
 */
export class LiveScreen {
  readonly #options: LiveScreenOptions;
  #lines: readonly string[] = [];
  #drawnAt: Micros | null = null;
  #columns = 0;

  constructor(options: LiveScreenOptions) {
    this.#options = options;
  }

  /** Whether it is time for a redraw: before, {@linkcode LiveScreen.draw} does nothing. */
  get isDue(): boolean {
    return this.#drawnAt === null || this.#options.clock() - this.#drawnAt >= REDRAW_EVERY;
  }

  /** Shows these lines instead of those before, cut to the terminal; at most ten times a second. */
  draw(lines: readonly string[]): void {
    if (!this.isDue) return;
    this.#drawnAt = this.#options.clock();
    this.#lines = lines;
    this.#options.write(this.#rendered());
  }

  /** Writes a text above the lines. It is ended with a newline if it is not. */
  print(text: string): void {
    if (text === "") return;
    const whole = text.endsWith("\n") ? text : `${text}\n`;
    this.#options.write(this.#erased() + whole + (this.#drawnAt === null ? "" : this.#rendered()));
  }

  /** Erases the lines and shows the cursor: the terminal is as it was. To be called on every way out. */
  end(): void {
    if (this.#drawnAt === null) return;
    this.#options.write(this.#erased() + SHOW_CURSOR);
    this.#drawnAt = null;
    this.#lines = [];
  }

  #erased(): string {
    return this.#drawnAt === null ? "" : `\r${ERASE_BELOW}`;
  }

  #rendered(): string {
    const { columns, rows } = this.#options.size();
    const width = columns > 0 ? columns : 80;
    // The last column stays free: there, some terminals wrap at once and others wait.
    const lines = this.#lines
      .slice(0, Math.max(1, rows - 1))
      .map((line) => ERASE_LINE + truncateColumns(line, width - 1));
    // Lines that the terminal has broken are erased first, or it would take the new ones for their continuation.
    const erased = width === this.#columns ? "" : `\r${ERASE_BELOW}`;
    this.#columns = width;
    const up = lines.length > 1 ? `\u001b[${lines.length - 1}A` : "";
    return `${HIDE_CURSOR}${NO_WRAP}${erased}\r${lines.join("\r\n")}${ERASE_BELOW}${up}\r${WRAP}`;
  }
}
