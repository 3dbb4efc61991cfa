import { asObject, parseJson } from "../../base/json.ts";
import { type Reply, type ReplySource, errorReply, jsonReply } from "../reply/reply.ts";
import { DEEPEST, nestsTooDeep } from "./nesting.ts";

/** What a request is for. `path` begins behind the base URL: `/chat/completions`. */
export interface RoutedRequest {
  readonly method: string;
  readonly path: string;
}

/** The longest request body that is read: bytes. Past it the answer is 413. */
export const LONGEST_REQUEST = 64 * 1024 * 1024;

/** Whether a request asks for a completion, so that its body is needed for the answer. */
export function isCompletion({ method, path }: RoutedRequest): boolean {
  return method === "POST" && path === "/chat/completions";
}

/** The answer to a request for anything but a completion. */
export function replyWithoutBody(
  { method, path }: RoutedRequest,
  { models, shownPath = path }: { readonly models: readonly string[]; readonly shownPath?: string },
): Reply {
  if (method === "GET" && path === "/models") {
    const data = models.map((id) => ({ id, object: "model", created: 0, owned_by: "streamgauge" }));
    return jsonReply({ object: "list", data });
  }
  const hint =
    path === "" && /^\/(?:chat\/|models$)/.test(shownPath) ? "; paths begin with /v1" : "";
  const message = `${method} ${shownPath} is not served here${hint}`;
  return errorReply({ status: 404, code: "not_found", message });
}

/** The answer to a completion request; `null` for a body that is too long. */
export function completionReply(bytes: Uint8Array | null, source: ReplySource): Reply {
  if (bytes === null) return tooLong();
  if (nestsTooDeep(bytes)) return tooDeep();
  const text = decodeText(bytes);
  if (text === null) return refused("the body is not UTF-8, so it is no JSON");
  const body = asObject(parseJson(text));
  if (body === null) return refused("the body is not a JSON object");
  return source.answer(body);
}

/** The answer to a body that is too long. What is left of it is not read, so the connection is of no more use. */
export function tooLong(): Reply {
  const message = `the body has more than ${LONGEST_REQUEST / 1024 / 1024} MiB`;
  const headers = { connection: "close" };
  return errorReply({ status: 413, code: "body_too_large", message, headers });
}

/** The answer to a body that {@linkcode nestsTooDeep}. */
export function tooDeep(): Reply {
  return refused(`the body nests deeper than ${DEEPEST} levels`);
}

function refused(message: string): Reply {
  return errorReply({ status: 400, code: "invalid_request", message });
}

function decodeText(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}
