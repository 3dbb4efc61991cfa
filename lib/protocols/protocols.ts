import { type JsonObject } from "../base/json.ts";
import { chat } from "./chat.ts";
import { completions } from "./completions.ts";
import { messages } from "./messages.ts";
import type { Protocol, ProtocolName } from "./protocol.ts";
import { responses } from "./responses.ts";

/** Every protocol, by its name. */
const TABLE: Readonly<Record<ProtocolName, Protocol>> = { chat, completions, responses, messages };

/** All protocols; the first one is the default. */
export const PROTOCOLS: readonly Protocol[] = Object.values(TABLE);

/** The longest path first: `/completions` also ends that of chat completions. */
const BY_PATH = PROTOCOLS.toSorted((a, b) => b.path.length - a.path.length);

/** The one that is spoken where nobody says otherwise. */
export const DEFAULT_PROTOCOL: Protocol = chat;

/** The protocol of that name. */
export function protocolNamed(name: ProtocolName): Protocol {
  return TABLE[name];
}

/**
 * The protocol that a URL's path belongs to; `null` for any other path.
 *
 * @example
 * ```ts
 * protocolOfPath("https://api.siliconflow.cn/v1/chat/completions")?.name; // "chat"
 * ```
 */
export function protocolOfPath(url: string): Protocol | null {
  const [path = ""] = url.split(/[?#]/, 1);
  return BY_PATH.find((protocol) => path.endsWith(protocol.path)) ?? null;
}

/**
 * The protocol that only can have such an object in its stream, or as its whole completion; `null` where several can, or
 * none.
 *
 * @example
 * ```ts
 * protocolOf({ type: "message_start", message: {} })?.name; // "messages"
 * ```
 */
export function protocolOf(value: JsonObject): Protocol | null {
  return PROTOCOLS.find((protocol) => protocol.recognizes(value)) ?? null;
}
