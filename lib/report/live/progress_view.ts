import type { ProgressState } from "../../measure/run_progress.ts";
import type { Clock } from "../../base/clock.ts";
import type { Micros } from "../../base/time.ts";
import { LiveScreen, type LiveScreenOptions } from "./live_screen.ts";
import type { Language } from "../../base/message.ts";
import { renderProgress, renderProgressLine } from "./progress.ts";
import type { Glyphs } from "../../text/glyphs.ts";
import type { Styles } from "../../text/styles.ts";

/** Shows a run while it goes on. */
export interface ProgressView {
  /** Shows the state if it is time for it; only then is it asked for. Call it often. */
  update(look: () => ProgressState): void;
  /** Writes a text that stays. */
  print(text: string): void;
  /** Takes the view away. To be called on every way out; a second call does nothing. */
  end(): void;
}

/** Where a {@linkcode ProgressView} writes. */
export interface ProgressViewOptions extends LiveScreenOptions {
  readonly isTerminal: boolean;
  readonly language: Language;
  readonly styles: Styles;
  /** Default: block elements. */
  readonly glyphs?: Glyphs;
}

/** A log gets a line every so many µs. */
const LINE_EVERY: Micros = 5_000_000;

/** The view of a run: redrawn in place in a terminal, a plain line every five seconds in a pipe or a file. */
export function progressView(options: ProgressViewOptions): ProgressView {
  return options.isTerminal ? liveView(options) : plainView(options);
}

function liveView(options: ProgressViewOptions): ProgressView {
  const { size, language, styles, glyphs } = options;
  const screen = new LiveScreen(options);
  return {
    update(look) {
      if (!screen.isDue) return;
      const width = size().columns - 1;
      screen.draw(
        renderProgress(look(), { language, styles, glyphs, width: width > 0 ? width : 79 }),
      );
    },
    print: (text) => screen.print(text),
    end: () => screen.end(),
  };
}

function plainView({
  write,
  clock,
  language,
}: {
  readonly write: (text: string) => void;
  readonly clock: Clock;
  readonly language: Language;
}): ProgressView {
  let saidAt = clock();
  return {
    update(look) {
      if (clock() - saidAt < LINE_EVERY) return;
      saidAt = clock();
      write(`${renderProgressLine(look(), language)}\n`);
    },
    print: (text) => write(text.endsWith("\n") ? text : `${text}\n`),
    end() {},
  };
}
