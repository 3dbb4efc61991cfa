import { epochClock } from "../base/clock.ts";
import type { ScriptContext } from "../command/script.ts";
import { type ProgressView, progressView } from "../report/live/progress_view.ts";

/** What shows a run while it goes on. */
export function viewIn({ err, language }: ScriptContext): ProgressView {
  return progressView({
    write: (text) => err.write(text),
    size: () => ({ columns: err.width ?? 80, rows: process.stderr.rows || 24 }),
    clock: epochClock,
    isTerminal: err.isTerminal,
    language,
    styles: err.colors,
  });
}
