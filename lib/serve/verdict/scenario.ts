import type { JsonObject } from "../../base/json.ts";
import type { Micros } from "../../base/time.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { type Fault, type FaultKind, withFault } from "../../server/reply/fault.ts";
import type { Reply, ReplySource } from "../../server/reply/reply.ts";

/** What has to be known of a client to choose faults for it. */
export interface Manner {
  readonly api: ProtocolName;
  readonly streamed: boolean;
  /** Its answers may call tools. */
  readonly callsTools: boolean;
  /** So long a silence is too long, in µs. */
  readonly patience: Micros;
}

const HALF = { share: 0.5 } as const;

/**
 * The faults that a client is tried with where none are named, each once: those that endpoints really have. A fault that
 * is nothing to this client, such as a cut tool call to one without tools, is left out.
 */
export function scenarioFor({ api, streamed, callsTools, patience }: Manner): Fault[] {
  const overloaded = api === "messages" ? 529 : 503;
  return [
    { kind: "status", status: 429, headers: { "retry-after": "2" } },
    { kind: "status", status: 500, headers: {} },
    { kind: "status", status: overloaded, headers: {} },
    { kind: "cut", after: HALF },
    { kind: "early-end", after: HALF },
    { kind: "reset", after: HALF },
    { kind: "error-event", after: HALF },
    ...(streamed ? [{ kind: "malformed", after: HALF } as const] : []),
    ...(streamed && callsTools ? [{ kind: "early-end", after: { in: "arguments" } } as const] : []),
    { kind: "stall", after: HALF, for: 2 * patience },
    { kind: "slow-head", for: 2 * patience },
  ];
}

/** Whether the answer calls a tool. */
export function hasToolCall(answer: Reply, api: ProtocolName): boolean {
  return withFault(answer, { kind: "cut", after: { in: "arguments" } }, { api }) !== answer;
}

/** The same source, with a fault in the first answer that has a place for it, and in no other. A refusal is no answer. */
export function strikingOnce(source: ReplySource, fault: FaultKind): ReplySource {
  let isStruck = false;
  return {
    models: source.models,
    concurrency: source.concurrency,
    answer(body: JsonObject, api: ProtocolName = "chat"): Reply {
      const answer = source.answer(body, api);
      if (isStruck || (answer.head?.status ?? 0) >= 400) return answer;
      const faulty = withFault(answer, fault, { api });
      isStruck = faulty !== answer;
      return faulty;
    },
  };
}
