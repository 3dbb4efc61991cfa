import type { Ending, TimerName } from "../wire/ending.ts";
import type { Micros } from "../base/time.ts";
import type { Closing } from "./format.ts";

/** Stands where the system's code stands elsewhere. */
const FAULT = "client_fault";

const TIMERS: readonly TimerName[] = ["total", "first_byte", "idle"];

/** The closing line for an exchange that ended so. {@linkcode endingOf} gives the ending back. */
export function closingOf(ending: Ending, at: Micros): Closing {
  switch (ending.kind) {
    case "ended":
      return { kind: "end", at };
    case "interrupted":
      return failed(at, "interrupted", "the user interrupted");
    case "timed_out":
      return failed(at, `timed_out_${ending.timer}`, `${ending.limit / 1000} ms`);
    case "no_response":
    case "broken":
      return failed(at, ending.code ?? "", ending.message);
    case "fault":
      return failed(at, FAULT, ending.message);
  }
}

/**
 * How the recorded exchange ended. Without a closing line the recording was cut, which counts as an interruption;
 * a file that is a body and nothing more ended in order.
 */
export function endingOf(recorded: {
  readonly status: number | null;
  readonly closing: Closing | null;
  readonly isPlainBody: boolean;
}): Ending {
  const { status, closing, isPlainBody } = recorded;
  if (isPlainBody) return { kind: "ended", status: status ?? 200 };
  if (closing === null) return { kind: "interrupted" };
  if (closing.kind === "end") return { kind: "ended", status: status ?? 200 };
  const { code, message } = closing.error;
  if (code === "interrupted") return { kind: "interrupted" };
  if (code === FAULT) return { kind: "fault", status, message };
  const timer = TIMERS.find((name) => code === `timed_out_${name}`);
  if (timer !== undefined) {
    const limit = Math.round(Number(/^(\d+(?:\.\d+)?) ms$/.exec(message)?.[1]) * 1000);
    // A limit that nobody wrote down had run out at the latest when the request ended.
    return { kind: "timed_out", timer, limit: Number.isNaN(limit) ? closing.at : limit };
  }
  const reason = { code: code === "" ? null : code, message };
  return status === null
    ? { kind: "no_response", ...reason }
    : { kind: "broken", status, ...reason };
}

function failed(at: Micros, code: string, message: string): Closing {
  return { kind: "failed", at, error: { code, message } };
}
