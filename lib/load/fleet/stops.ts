/** In ms: so long after it was to give up everything, and after the drain, a worker that says nothing is given up. */
const SILENCE = { stopNow: 5_000, drained: 10_000 };

/** The longest timer that there is, in ms. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** How {@linkcode passOnStops} passes on. */
export interface StopsOptions {
  readonly stopSending: AbortSignal;
  readonly stopNow: AbortSignal;
  /** In ms. */
  readonly drain: number;
  readonly tell: (order: "stop_sending" | "stop_now") => void;
  /** Whoever has not ended by now hangs. */
  readonly giveUp: () => void;
}

/** Tells the workers of a run to stop when it is to. Those that hang would keep it from ending: they are given up. */
export function passOnStops(options: StopsOptions): Disposable {
  const { stopSending, stopNow, drain, tell, giveUp } = options;
  const over = new AbortController();
  const timers: ReturnType<typeof setTimeout>[] = [];
  const on = (signal: AbortSignal, stop: "stop_sending" | "stop_now", time: number): void => {
    const action = (): void => {
      tell(stop);
      timers.push(setTimeout(giveUp, Math.min(time, LONGEST_TIMER)));
    };
    if (signal.aborted) action();
    else signal.addEventListener("abort", action, { signal: over.signal });
  };
  on(stopSending, "stop_sending", drain + SILENCE.drained);
  on(stopNow, "stop_now", SILENCE.stopNow);
  return {
    [Symbol.dispose]() {
      over.abort();
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
