import type { JsonObject } from "../../base/json.ts";
import type { Micros } from "../../base/time.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import type { FaultKind, PutFault } from "../../server/reply/fault.ts";

/** A request for a completion and how its answering went, as the server saw it. Times are in µs on one clock. */
export interface SeenRequest {
  readonly api: ProtocolName;
  readonly body: JsonObject;
  /** The client's own word for itself; `null` where it gave none. */
  readonly userAgent: string | null;
  /** When it came. */
  readonly at: Micros;
  /** The faults in its answer. */
  readonly faults: readonly PutFault[];
  /** The pieces that went out, each with its time. Kept only where there are faults. */
  readonly sent: readonly { readonly bytes: Uint8Array; readonly at: Micros }[];
  /** How it ended; `null` while it goes on. `gone`: the client closed the connection. */
  readonly ending: SeenEnding | null;
}

/** How the answering of a request ended, and when. */
export interface SeenEnding {
  readonly kind: "end" | "cut" | "reset" | "gone";
  readonly at: Micros;
}

/** How the process of a client ended. */
export type ClientEnd =
  /** `complained`: it wrote to stderr, where it is silent without a fault. */
  | { readonly kind: "exit"; readonly code: number; readonly complained: boolean }
  | { readonly kind: "signal"; readonly signal: string }
  /** It did nothing for so long, in µs, and was stopped. */
  | { readonly kind: "stopped"; readonly idle: Micros };

/** What a client did about one fault, which decides the verdict. */
export interface FaultEvidence {
  readonly verdict: "noticed" | "missed" | "unknown";
  readonly evidence: Evidence;
}

/** What was seen. Times are in µs. */
export type Evidence =
  /** It asked the same again, so long after the fault. `retryAfter` is what the answer had named. */
  | { readonly kind: "asked_again"; readonly after: Micros; readonly retryAfter: Micros | null }
  /** It asked again before the time that `Retry-After` named. */
  | { readonly kind: "asked_too_early"; readonly after: Micros; readonly retryAfter: Micros }
  /** It sent the part on as what the model had answered. */
  | { readonly kind: "kept_part" }
  /** It went on with a tool call whose arguments were cut. */
  | { readonly kind: "called_tool"; readonly name: string }
  /** It asked for the rest of the answer. */
  | { readonly kind: "resumed" }
  /** It closed the connection, after so long a silence; `null`: it was not silence that told it. */
  | { readonly kind: "closed"; readonly after: Micros | null }
  /** It was still waiting, after so long a silence. */
  | { readonly kind: "waited"; readonly after: Micros }
  /** The silence was over before anybody could say that it was too long. */
  | { readonly kind: "short_silence" }
  | { readonly kind: "exit"; readonly code: number }
  /** It exited with 0, and wrote to stderr, where it is silent without a fault. */
  | { readonly kind: "complained" }
  | { readonly kind: "signal"; readonly signal: string }
  /** It neither asked again nor ended. */
  | { readonly kind: "idle"; readonly after: Micros }
  /** It closed the connection before the fault. */
  | { readonly kind: "left_before" }
  /** Only the event that ends the stream was missing: the answer was whole. */
  | { readonly kind: "nothing_lost" }
  /** No answer had a place for the fault. */
  | { readonly kind: "not_struck" }
  | { readonly kind: "nothing_followed" };

/** One verdict: the fault in the words of `--fault`. */
export interface JudgedFault extends FaultEvidence {
  readonly fault: string;
  readonly kinds: readonly FaultKind["kind"][];
}

/** A client, by what it says of itself, and what it did about each fault. */
export interface JudgedClient {
  readonly userAgent: string | null;
  readonly api: ProtocolName;
  readonly streamed: boolean;
  readonly faults: readonly JudgedFault[];
}
