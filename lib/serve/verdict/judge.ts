import type { Micros } from "../../base/time.ts";
import type { FaultKind, PutFault } from "../../server/reply/fault.ts";
import { partialAnswer, useOfPart } from "./conversation.ts";
import type { ClientEnd, Evidence, FaultEvidence, SeenRequest } from "./seen.ts";
import { History } from "./history.ts";
import { retryAfterIn } from "./retry_after.ts";

/** What is known beside the request that was struck. */
export interface JudgingContext {
  /** All requests of the same client. */
  readonly history: History;
  /** How its process ended; `null` where nobody knows. */
  readonly end: ClientEnd | null;
  /** When this is judged. */
  readonly now: Micros;
  /** So long a silence is too long. */
  readonly patience: Micros;
}

/** A timer may be early by as much, in µs: those of Node.js count whole milliseconds, and clocks drift. */
const EARLY = 20_000;

/**
 * Judges what a client did about the last fault in an answer. What it sends next tells more than how it ended: a client
 * that sent a part on as the answer took it for one, whatever its exit code; one that asked again did not. What does not
 * tell anything is `unknown`, never a guess.
 *
 * @example
 * ```ts
 * const fault = { kind: "cut", after: { share: 0.5 } } as const;
 * const asked = { api: "chat", body: {}, userAgent: null, at: 0, sent: [] } as const;
 * const struck = { ...asked, faults: [{ fault, behind: 0 }], ending: { kind: "cut", at: 1000 } } as const;
 * const end = { kind: "exit", code: 0, complained: false } as const;
 * judge(struck, { history: new History([struck]), end, now: 2000, patience: 30_000_000 });
 * // { verdict: "missed", evidence: { kind: "exit", code: 0 } }
 * ```
 */
export function judge(struck: SeenRequest, context: JudgingContext): FaultEvidence {
  const put = struck.faults.at(-1);
  if (put === undefined) return unknown({ kind: "not_struck" });
  const seen = withClosing(struck, context);
  const moment = momentOf(seen, put);
  if (moment === null) return unknown({ kind: "left_before" });
  return (
    byUse(seen, { put, later: context.history.goingOnAfter(moment) }) ??
    byAskingAgain(seen, { put, moment, history: context.history }) ??
    bySilence(seen, { put, context }) ??
    byEnd(seen, { put, context })
  );
}

/** A process that has ended has closed its connections, though the server may not have heard of it. */
function withClosing(struck: SeenRequest, { end, now }: JudgingContext): SeenRequest {
  const isOver = end !== null && end.kind !== "stopped";
  if (struck.ending !== null || !isOver) return struck;
  return { ...struck, ending: { kind: "gone", at: now } };
}

/** When the client could first see the fault; `null` where it had left, or had not come as far. */
function momentOf({ at, sent, ending }: SeenRequest, { fault, behind }: PutFault): Micros | null {
  if (fault.kind === "slow-head") return at;
  if (fault.kind === "stall" || fault.kind === "malformed") {
    let bytes = 0;
    for (const piece of sent) {
      bytes += piece.bytes.length;
      if (bytes >= behind) return piece.at;
    }
    return behind === 0 ? at : null;
  }
  return ending === null || ending.kind === "gone" ? null : ending.at;
}

/** Whether the answer that came is not all of it, so that a client must not take it for whole. */
function isDamaged({ ending }: SeenRequest, { kind }: FaultKind): boolean {
  if (kind === "no-done") return false;
  return (kind !== "stall" && kind !== "slow-head") || ending?.kind !== "end";
}

function byUse(
  seen: SeenRequest,
  { put, later }: { readonly put: PutFault; readonly later: readonly SeenRequest[] },
): FaultEvidence | null {
  if (!isDamaged(seen, put.fault) || put.fault.kind === "status") return null;
  const part = partialAnswer(seen);
  let resumed: FaultEvidence | null = null;
  for (const request of later) {
    const use = useOfPart(request, part);
    if (use?.kind === "resumed") resumed ??= { verdict: "noticed", evidence: use };
    else if (use !== null) return { verdict: "missed", evidence: use };
  }
  return resumed;
}

function byAskingAgain(
  seen: SeenRequest,
  given: {
    readonly put: PutFault;
    readonly moment: Micros;
    readonly history: History;
  },
): FaultEvidence | null {
  const again = given.history.againAfter(given.moment, seen);
  if (again === null) return null;
  const after = again.at - given.moment;
  const { fault } = given.put;
  const retryAfter = fault.kind === "status" ? retryAfterIn(fault.headers) : null;
  if (retryAfter !== null && after < retryAfter - EARLY) {
    return { verdict: "missed", evidence: { kind: "asked_too_early", after, retryAfter } };
  }
  return { verdict: "noticed", evidence: { kind: "asked_again", after, retryAfter } };
}

/** Whoever waits is judged by how long; whoever closes the connection has noticed, unless its end says otherwise. */
function bySilence(
  seen: SeenRequest,
  { put, context }: { readonly put: PutFault; readonly context: JudgingContext },
): FaultEvidence | null {
  const { kind } = put.fault;
  const isSilence = kind === "stall" || kind === "slow-head";
  if (!isSilence && kind !== "malformed") return null;
  const { end, now, patience } = context;
  const since = seen.sent.at(-1)?.at ?? seen.at;
  if (seen.ending === null) {
    const after = now - since;
    if (isSilence && after >= patience)
      return { verdict: "missed", evidence: { kind: "waited", after } };
    return end === null ? unknown({ kind: "nothing_followed" }) : null;
  }
  if (seen.ending.kind === "gone") {
    if (end?.kind === "exit" && end.code === 0) return null;
    if (end?.kind === "signal") return null;
    // How it ended is all the same then, and the rest of the answer may have gone out before.
    if (!isSilence && end !== null) return null;
    const after = isSilence ? seen.ending.at - since : null;
    return { verdict: "noticed", evidence: { kind: "closed", after } };
  }
  return isSilence ? unknown({ kind: "short_silence" }) : null;
}

function byEnd(
  seen: SeenRequest,
  { put, context }: { readonly put: PutFault; readonly context: JudgingContext },
): FaultEvidence {
  const { end } = context;
  if (end === null) return unknown({ kind: "nothing_followed" });
  if (!isDamaged(seen, put.fault)) return unknown({ kind: "nothing_lost" });
  switch (end.kind) {
    case "exit":
      if (end.code === 0 && end.complained) {
        return { verdict: "noticed", evidence: { kind: "complained" } };
      }
      return {
        verdict: end.code === 0 ? "missed" : "noticed",
        evidence: { kind: "exit", code: end.code },
      };
    case "signal":
      return unknown(end);
    case "stopped":
      return { verdict: "missed", evidence: { kind: "idle", after: end.idle } };
  }
}

function unknown(evidence: Evidence): FaultEvidence {
  return { verdict: "unknown", evidence };
}
