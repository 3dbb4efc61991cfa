import type { IncomingMessage } from "node:http";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { errorReply, type ReplyError } from "../reply/error_reply.ts";
import type { Reply } from "../reply/reply.ts";
import { answersTo, type HostNames, nameIn } from "./host_names.ts";
import {
  type AllowedOrigins,
  corsHeaders,
  foreignPage,
  isPreflight,
  preflightHeaders,
} from "./origins.ts";
import { clientApi } from "./route.ts";

/** Whom a server answers. */
export interface Admission {
  readonly names: HostNames;
  readonly origins: AllowedOrigins;
  /** Its base URL, for the messages. */
  readonly baseUrl: string;
}

/** What is known of a request from its head alone. */
export interface Admitted {
  /** Headers of whatever is answered. */
  readonly headers: Readonly<Record<string, string>>;
  /** The answer, where it needs no more than that: a refusal, or that to a preflight. */
  readonly answer: Reply | null;
}

/** Looks at the head of a request, before anything is read of it or done for it. */
export function admit(
  { method = "GET", headers, url = "/" }: Pick<IncomingMessage, "method" | "headers" | "url">,
  { names, origins, baseUrl }: Admission,
): Admitted {
  const api = clientApi(url.split(/[?#]/, 1)[0] ?? "/", headers);
  if (!answersTo(headers.host, names)) {
    const name = shown(nameIn(headers.host ?? "") ?? "NAME");
    const known = names.isLoopback ? baseUrl : "its IP address";
    const message = `this server does not answer to the host "${shown(headers.host ?? "")}": ask ${known}, or start it with --host ${name}`;
    const answer = refusal({ status: 403, code: "host_not_allowed", message }, api);
    return { headers: {}, answer };
  }
  const added = corsHeaders(headers, origins);
  const page = foreignPage(headers, origins);
  if (page !== null) {
    const message =
      headers.origin === undefined
        ? `web pages of other sites are not answered (sec-fetch-site: ${page})`
        : `web pages of "${shown(page)}" are not answered: start this server with --allow-origin ${shown(page)}`;
    return {
      headers: added,
      answer: refusal({ status: 403, code: "origin_not_allowed", message }, api),
    };
  }
  if (!isPreflight(method, headers)) return { headers: added, answer: null };
  const head = { status: 204, headers: {}, at: 0 };
  const answer: Reply = { head, pieces: [], end: { kind: "end", at: 0 }, from: "preflight" };
  return { headers: { ...added, ...preflightHeaders(headers) }, answer };
}

/**
 * The answer to a completion request that does not say it is JSON; `null` for one that does. Without this any page could
 * send one: a browser asks before it sends JSON for a page, but not before it sends text.
 *
 * @see https://fetch.spec.whatwg.org/#cors-safelisted-request-header
 */
export function notJson(
  { headers }: Pick<IncomingMessage, "headers">,
  api: ProtocolName,
): Reply | null {
  const type = headers["content-type"] ?? "";
  if (/^\s*application\/json\s*(?:;|$)/i.test(type)) return null;
  const found = type === "" ? "there is none" : `it is "${shown(type)}"`;
  const message = `send the header content-type: application/json; ${found}`;
  return refusal({ status: 415, code: "unsupported_media_type", message }, api);
}

/** What was sent with it is not read, so the connection is of no more use. */
function refusal(error: ReplyError, api: ProtocolName): Reply {
  return errorReply({ ...error, headers: { connection: "close" } }, api);
}

const LONGEST_SHOWN = 100;

function shown(text: string): string {
  const clean = text.slice(0, LONGEST_SHOWN).replace(/[^\x20-\x7e]/g, "?");
  return text.length > LONGEST_SHOWN ? `${clean}…` : clean;
}
