import type { Ending } from "./ending.ts";
import { LimitError } from "../base/limit_error.ts";

/** The code of a request over an open connection that the endpoint had closed: no byte of an answer came. */
export const CONNECTION_REUSED = "connection_reused";

/** Bun ends some of its messages with advice to whoever calls `fetch`, which its user does not, or with the whole URL. */
const ADVICE =
  /\.? ?(?:fetching "[^"]*"|For more information, pass `verbose: true`.*|Was there a typo in the url or port\?)/s;

/** What this machine, and not the endpoint, had no more of. */
const OWN_LIMITS: Readonly<Record<string, string>> = {
  EMFILE: "this process may open no more files and connections (ulimit -n)",
  ENFILE: "this machine may open no more files and connections",
  EADDRNOTAVAIL: "this machine has no free port left for a connection",
  ENOBUFS: "this machine has no memory left for connections",
  ENOMEM: "this machine has no memory left",
};

/** Whether the code is about what this machine had no more of. */
export function isOwnLimit(code: string | null): boolean {
  return code !== null && Object.hasOwn(OWN_LIMITS, code);
}

/**
 * How an exchange ended that `fetch`, or reading what it gave, threw out of.
 *
 * Network errors are `TypeError`s with the system's code in `code`, and every kind of cut reads `ECONNRESET`: the code
 * tells, not the class. What Node and Deno throw says no more than `fetch failed`; the system's error is its
 * `cause`, in Deno without a code.
 */
export function networkEnding(
  error: unknown,
  { status, reused }: { readonly status: number | null; readonly reused: boolean },
): Ending {
  const reason = reasonOf(error);
  const code = codeOf(reason);
  if (status === null && reused && code === "ECONNRESET") {
    const message = "the endpoint had closed the open connection that was used again";
    return { kind: "no_response", code: CONNECTION_REUSED, message };
  }
  const message = OWN_LIMITS[code ?? ""] ?? wordsOf(reason, code);
  return status === null
    ? { kind: "no_response", code, message }
    : { kind: "broken", status, code, message };
}

/** The system's error. */
function reasonOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : undefined;
  return codeOf(error) === null && cause instanceof Error ? cause : error;
}

function codeOf(error: unknown): string | null {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  // Node's name for a connection that the other side has closed.
  if (code === "UND_ERR_SOCKET") return "ECONNRESET";
  return typeof code === "string" ? code : null;
}

/** How an exchange ended whose receiver threw: at a limit that it has, or by a fault of ours. */
export function receiverEnding(error: unknown, status: number | null): Ending {
  if (error instanceof LimitError && status !== null) {
    return { kind: "broken", status, code: null, message: error.message };
  }
  return { kind: "fault", status, message: faultOf(error) };
}

/** What was thrown, and where: `Maximum call stack size exceeded (reader.ts:120)`. */
export function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const place = /([\w.-]+\.[cm]?[jt]s:\d+)(?::\d+)?\)?$/m.exec(error.stack ?? "")?.[1];
  return place === undefined ? error.message : `${error.message} (${place})`;
}

function wordsOf(error: unknown, code: string | null): string {
  const text = error instanceof Error ? error.message : String(error);
  const words = (code === null ? text : text.replace(`${code}: `, "")).replace(ADVICE, "").trim();
  return words === "" ? (code ?? "it failed") : words;
}
