import type { Ending } from "../wire/ending.ts";
import type { Micros } from "../wire/text.ts";
import type { Closing } from "./format.ts";

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
  if (isPlainBody) return { kind: "ended", status: 200 };
  if (closing === null) return { kind: "interrupted" };
  if (closing.kind === "end") return { kind: "ended", status: status ?? 200 };
  const { code, message } = closing.error;
  if (code === "interrupted") return { kind: "interrupted" };
  const timer = /^timed_out_(total|first_byte|idle)$/.exec(code)?.[1];
  if (timer !== undefined) {
    const limit = Math.round(Number.parseFloat(message) * 1000);
    return { kind: "timed_out", timer: timer as "total" | "first_byte" | "idle", limit };
  }
  const reason = { code: code === "" ? null : code, message };
  return status === null
    ? { kind: "no_response", ...reason }
    : { kind: "broken", status, ...reason };
}

function failed(at: Micros, code: string, message: string): Closing {
  return { kind: "failed", at, error: { code, message } };
}
