import type { Ending } from "../wire/ending.ts";
import type { EndpointError } from "../wire/endpoint_error.ts";
import { isOwnLimit } from "../wire/exchange_ending.ts";

/** What became of a request: exactly one of these. */
export type Outcome = "complete" | "truncated" | "failed" | "timed_out" | "interrupted";

/** What was seen inside the completion. */
export interface CompletionFacts {
  /** The body was an event stream or a completion. */
  readonly isCompletion: boolean;
  /** `[DONE]` came, or what ends a completion in its protocol. */
  readonly done: boolean;
  /** What ends a completion in its protocol, in words. Default: as in chat completions. */
  readonly ending?: string | undefined;
  /** It came in another protocol than was asked for. `null` or absent: it did not. */
  readonly otherProtocol?:
    | {
        readonly name: string;
        readonly title: string;
        readonly streamed: boolean;
      }
    | null
    | undefined;
  /** Every choice that was seen has its `finish_reason`; `false` when no choice was seen. */
  readonly finished: boolean;
  /** An error object, a `finish_reason` that means a failure, such as `network_error`, or what the body of a response other than 2xx said. */
  readonly error: EndpointError | null;
  /** The last thing in the stream that could not be read, in its words; `null` or absent when all could. */
  readonly unread?: EndpointError | null | undefined;
  /** The same where nothing came behind it, such as a web page that a proxy has put there. */
  readonly instead?: EndpointError | null | undefined;
  /** `false`: it was a stream without a chunk of a completion. */
  readonly hasChunk?: boolean | undefined;
}

/** What kind of failure it was. Each has one exit code. */
export type FailureKind =
  | "interrupted"
  | "timeout"
  | "network"
  | "client"
  | "busy"
  | "status"
  | "endpoint"
  | "not_a_completion"
  | "truncated";

/** Why a request is not complete. */
export interface Failure {
  readonly kind: FailureKind;
  /** The HTTP status; `null` when no head came, or it no longer mattered. */
  readonly status: number | null;
  /** The system's or the endpoint's code, such as `ECONNREFUSED` or `20012`; for a timer, its name. */
  readonly code: string | null;
  /** The system's or the endpoint's own words. */
  readonly message: string;
}

/** An outcome, with its failure unless it is `complete`. */
export type Verdict =
  | { readonly outcome: "complete"; readonly failure: null }
  | { readonly outcome: Exclude<Outcome, "complete">; readonly failure: Failure };

/**
 * Judges a request. The first rule that matches wins, so that every request has exactly one outcome:
 *
 * 1. the user interrupted → `interrupted`
 * 2. one of our timers ran out → `timed_out`
 * 3. no response head, or what came could not be read by a fault of ours → `failed` (`client`: this machine's fault)
 * 4. 408, 429 or 5xx → `failed` (`busy`: worth another try)
 * 5. any other status than 2xx → `failed`
 * 6. an error object in the body or stream, or a `finish_reason` that means a failure → `failed`
 * 7. a completion in another protocol than was asked for → `failed`
 * 8. a stream of which a part could not be read, and that only `[DONE]` calls whole: not every choice has a
 *    `finish_reason` → `failed`
 * 9. a 2xx body that is neither an event stream nor a completion, or a stream with `[DONE]` and no chunk → `failed`
 * 10. `[DONE]` or its like, or a `finish_reason` for every choice seen → `complete`
 * 11. any other end of a 2xx body → `truncated`
 *
 * @example
 * ```ts
 * judge({ kind: "ended", status: 200 }, { isCompletion: true, done: false, finished: false, error: null });
 * // { outcome: "truncated", failure: { kind: "truncated", … } }
 * ```
 */
export function judge(ending: Ending, facts: CompletionFacts): Verdict {
  switch (ending.kind) {
    case "interrupted":
      return {
        outcome: "interrupted",
        failure: { kind: "interrupted", status: null, code: null, message: "interrupted" },
      };
    case "timed_out":
      return {
        outcome: "timed_out",
        failure: { kind: "timeout", status: null, code: ending.timer, message: limitText(ending) },
      };
    case "no_response":
      return failed(isOwnLimit(ending.code) ? "client" : "network", null, ending);
    case "fault":
      return failed("client", ending.status, { code: "fault", message: ending.message });
    case "ended":
    case "broken":
      return judgeBody(ending, facts);
  }
}

const CHAT_ENDING = "[DONE] or a finish_reason";

/** 408, 429 and 500 to 599: the endpoint may answer the same request later. What is above is no status of HTTP. */
export function isBusy(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599);
}

function judgeBody(
  ending: Extract<Ending, { kind: "ended" | "broken" }>,
  facts: CompletionFacts,
): Verdict {
  if (ending.status < 200 || ending.status >= 300) {
    const words = facts.error ?? { code: null, message: "" };
    return failed(isBusy(ending.status) ? "busy" : "status", ending.status, words);
  }
  if (facts.error !== null) return failed("endpoint", ending.status, facts.error);
  const { otherProtocol: other = null, unread = null } = facts;
  if (other !== null) {
    const { name, title, streamed } = other;
    return failed("not_a_completion", ending.status, {
      code: "other_protocol",
      message: `this is a ${title} ${streamed ? "stream" : "answer"}: --api ${name}`,
    });
  }
  if (facts.done && !facts.finished && unread !== null) {
    return failed("endpoint", ending.status, unread);
  }
  if (facts.isCompletion && facts.done && facts.hasChunk === false) {
    return failed("not_a_completion", ending.status, {
      code: "no_chunk",
      message: "the stream holds [DONE], but no chunk of a completion",
    });
  }
  if (!facts.isCompletion && ending.kind === "ended") {
    return failed("not_a_completion", ending.status, {
      code: null,
      message: "the body is neither an event stream nor a completion",
    });
  }
  if (facts.done || facts.finished) return { outcome: "complete", failure: null };
  const reason = ending.kind === "broken" ? ending : { code: null, message: endedWithout(facts) };
  return {
    outcome: "truncated",
    failure: {
      kind: "truncated",
      status: ending.status,
      code: reason.code,
      message: reason.message,
    },
  };
}

function failed(
  kind: FailureKind,
  status: number | null,
  reason: { readonly code: string | null; readonly message: string },
): Verdict {
  return {
    outcome: "failed",
    failure: { kind, status, code: reason.code, message: reason.message },
  };
}

function endedWithout({ ending = CHAT_ENDING, instead = null }: CompletionFacts): string {
  const words = `the stream ended without ${ending}`;
  return instead === null ? words : `${words}; instead came: ${instead.message}`;
}

function limitText(ending: Extract<Ending, { kind: "timed_out" }>): string {
  const seconds = ending.limit / 1e6;
  switch (ending.timer) {
    case "total":
      return `the request took longer than ${seconds} s`;
    case "first_byte":
      return `no first byte within ${seconds} s`;
    case "idle":
      return `nothing arrived for ${seconds} s`;
  }
}
