import type { ScriptContext } from "../command/script.ts";

/**
 * A signal for a request that is recorded: it is aborted by Ctrl-C, and not when the reader of stdout goes away, as
 * `head` does. What is recorded then goes on to its end.
 */
export function interruptSignal(
  context: Pick<ScriptContext, "signal" | "outIsClosed" | "onSecondInterrupt">,
): AbortSignal {
  const stop = new AbortController();
  const heed = (): void => {
    if (context.outIsClosed()) context.onSecondInterrupt(() => stop.abort());
    else stop.abort();
  };
  if (context.signal.aborted) heed();
  else context.signal.addEventListener("abort", heed);
  return stop.signal;
}
