import { asObject, parseJson } from "../../base/json.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { PROTOCOLS } from "../../protocols/protocols.ts";
import { errorReply } from "../reply/error_reply.ts";
import { type Reply, type ReplySource, jsonReply } from "../reply/reply.ts";
import { writerOf } from "../reply/writers/writers.ts";
import { DEEPEST, nestsTooDeep } from "./nesting.ts";

/** What a request is for. `path` begins behind the base URL: `/chat/completions`. */
export interface RoutedRequest {
  readonly method: string;
  readonly path: string;
}

/** The longest request body that is read: bytes. Past it the answer is 413. */
export const LONGEST_REQUEST = 64 * 1024 * 1024;

/** The protocol over which a request asks for a completion, so that its body is needed for the answer; else `null`. */
export function completionApi({ method, path }: RoutedRequest): ProtocolName | null {
  if (method !== "POST") return null;
  return PROTOCOLS.find((protocol) => protocol.path === path)?.name ?? null;
}

/**
 * The protocol of whoever asks for anything else, as its path or its headers tell: errors and models have another form in
 * Messages.
 */
export function clientApi(
  path: string,
  headers: Readonly<Record<string, string | string[] | undefined>>,
): ProtocolName {
  const isMessages = headers["anthropic-version"] !== undefined || /\/messages(?:\/|$)/.test(path);
  return isMessages ? "messages" : "chat";
}

/** The answer to a request for anything but a completion. */
export function replyWithoutBody(
  { method, path }: RoutedRequest,
  options: {
    readonly models: readonly string[];
    readonly shownPath?: string;
    readonly api?: ProtocolName;
  },
): Reply {
  const { models, shownPath = path, api = "chat" } = options;
  const writer = writerOf(api);
  if (method === "GET" && path === "/models") return jsonReply(writer.models(models));
  const named = method === "GET" ? /^\/models\/(.+)$/.exec(path)?.[1] : undefined;
  const id = named === undefined ? null : decoded(named);
  if (id !== null && models.includes(id)) return jsonReply(writer.model(id));
  const message =
    id === null || !/^[\w.:/@+-]+$/.test(id) || /(?:^|\/)\.{1,2}(?:\/|$)/.test(id)
      ? `${method} ${shownPath} is not served here${hint(path, shownPath)}`
      : `there is no model "${id}" here: GET /v1/models lists those that there are`;
  return errorReply({ status: 404, code: "not_found", message }, api);
}

function hint(path: string, shownPath: string): string {
  if (path.startsWith("/v1/"))
    return "; paths begin with one /v1: some clients add it by themselves";
  const isKnown = PROTOCOLS.some((protocol) => protocol.path === shownPath);
  return path === "" && (isKnown || /^\/models(?:\/|$)/.test(shownPath))
    ? "; paths begin with /v1"
    : "";
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}

/** The answer to a completion request; `null` for a body that is too long. */
export function completionReply(
  bytes: Uint8Array | null,
  { source, api }: { readonly source: ReplySource; readonly api: ProtocolName },
): Reply {
  if (bytes === null) return tooLong(api);
  if (nestsTooDeep(bytes)) return tooDeep(api);
  const text = decodeText(bytes);
  if (text === null) return refused("the body is not UTF-8, so it is no JSON", api);
  const body = asObject(parseJson(text));
  if (body === null) return refused("the body is not a JSON object", api);
  return source.answer(body, api);
}

/** The answer to a body that is too long. What is left of it is not read, so the connection is of no more use. */
export function tooLong(api: ProtocolName): Reply {
  const message = `the body has more than ${LONGEST_REQUEST / 1024 / 1024} MiB`;
  const headers = { connection: "close" };
  return errorReply({ status: 413, code: "body_too_large", message, headers }, api);
}

/** The answer to a body that {@linkcode nestsTooDeep}. */
export function tooDeep(api: ProtocolName): Reply {
  return refused(`the body nests deeper than ${DEEPEST} levels`, api);
}

function refused(message: string, api: ProtocolName): Reply {
  return errorReply({ status: 400, code: "invalid_request", message }, api);
}

function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
