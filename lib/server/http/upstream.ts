import type { IncomingMessage, ServerResponse } from "node:http";
import { once } from "node:events";
import type { Recorder } from "../../chat/complete_chat.ts";
import { monotonicClock } from "../../base/clock.ts";
import { exchange, type Fetch } from "../../wire/exchange.ts";
import { asObject, parseJson } from "../../base/json.ts";
import type { HttpRequest } from "../../wire/request.ts";
import { notJson } from "./admission.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { errorReply } from "../reply/error_reply.ts";
import { type Reply, jsonReply } from "../reply/reply.ts";
import { endToEnd } from "./headers.ts";
import { sendHead } from "./head.ts";
import {
  type HttpServerOptions,
  type LocalEndpoint,
  readBody,
  type Served,
  startHttpServer,
} from "./http_server.ts";
import { nestsTooDeep } from "./nesting.ts";
import { MaskingRecorder, secretsIn } from "./masking_recorder.ts";
import { playResponse } from "./play_response.ts";
import { Via } from "./via.ts";
import {
  clientApi,
  completionApi,
  LONGEST_REQUEST,
  replyWithoutBody,
  tooDeep,
  tooLong,
} from "./route.ts";

/** A recording that an exchange goes into. */
export interface UpstreamRecording {
  /** For the log. */
  readonly name: string;
  readonly recorder: Recorder & { close(): void };
}

/** Where requests are passed to, and what keeps them. */
export interface UpstreamOptions extends HttpServerOptions {
  /** As in `https://api.siliconflow.cn/v1`, without a final slash. */
  readonly baseUrl: string;
  /** Begins a recording for one completion; `null` when it cannot be kept. */
  readonly record: () => UpstreamRecording | null;
  readonly fetch?: Fetch | undefined;
}

/** What `fetch` sets by itself, or what would not be true any more. */
const NOT_FORWARDED = new Set(["host", "content-length", "expect", "accept-encoding"]);

/** What a browser says of the page behind a request. That page is let in here, and is none of the endpoint's. */
const OF_A_PAGE = /^(?:origin|referer|cookie|sec-.*)$/;

/** Statuses whose responses have no body. */
const BODYLESS = new Set([101, 204, 205, 304]);

/** How much may wait for a client that does not take it, before nothing more is read: bytes. */
const MOST_WAITING = 1024 * 1024;

/**
 * Starts an endpoint that passes everything below `/v1` to another one, as it comes, and keeps each completion, over
 * whichever protocol.
 *
 * The client's key goes to that endpoint and nowhere else: redirects are not followed but handed to the client, and
 * recordings hold `*` in its place, also where the endpoint repeats it. Compression is refused, since a recording holds
 * text, and times that a compressor did not make. A request that comes back to it, as over several such endpoints that
 * lead to each other, is answered with 508.
 *
 * @throws `EADDRINUSE` and its like, when it cannot listen there.
 *
 * @example
 * ```ts
 * const folder = new RecordingFolder("recorded");
 * await startUpstream({ baseUrl: "https://api.siliconflow.cn/v1", record: () => folder.next({ onError }) });
 * ```
 */
export async function startUpstream(options: UpstreamOptions): Promise<LocalEndpoint> {
  const via = new Via();
  return startHttpServer(async (request, response, { path, signal, inFlight }) => {
    const { method = "GET" } = request;
    const form = clientApi(path, request.headers);
    const answered = async (answer: Reply): Promise<Served> => ({
      ...(await playResponse(response, answer, { signal })),
      status: answer.head?.status ?? null,
      from: answer.from,
    });
    if (method === "GET" && path === "/health") {
      return answered(jsonReply({ status: "ok", requests: inFlight - 1 }));
    }
    if (!path.startsWith("/v1/") || climbs(path)) {
      return answered(
        replyWithoutBody({ method, path: "" }, { models: [], shownPath: path, api: form }),
      );
    }
    if (via.knows(request)) return answered(loop(form));
    const below = path.slice("/v1".length);
    const kept = completionApi({ method, path: below });
    const refused = kept === null ? null : notJson(request, kept);
    if (refused !== null) return answered(refused);
    const body = await readBody(request, { limit: LONGEST_REQUEST });
    if (body === null) return answered(tooLong(form));
    if (kept !== null && nestsTooDeep(body)) return answered(tooDeep(kept));
    const query = /\?[^#]*/.exec(request.url ?? "")?.[0] ?? "";
    const url = `${baseFor(below, options.baseUrl)}${below}${query}`;
    const recording = kept === null ? null : options.record();
    try {
      return await pass(
        { request, body, url, query },
        { response, signal, recording, via, form, ...options },
      );
    } finally {
      recording?.recorder.close();
    }
  }, options);
}

/** Messages is below `/v1` wherever it is, and its clients have base URLs without it. */
function baseFor(below: string, baseUrl: string): string {
  const isMessages = /^\/messages(?:\/|$)/.test(below);
  return isMessages && !baseUrl.endsWith("/v1") ? `${baseUrl}/v1` : baseUrl;
}

/** Whether a path leaves its folder, in any of the spellings that a URL parser knows. */
function climbs(path: string): boolean {
  return /(?:^|[/\\])(?:\.|%2e){1,2}(?:[/\\]|$)/i.test(path);
}

async function pass(
  given: {
    readonly request: IncomingMessage;
    readonly body: Uint8Array<ArrayBuffer>;
    readonly url: string;
    readonly query: string;
  },
  options: {
    readonly response: ServerResponse;
    readonly signal: AbortSignal;
    readonly recording: UpstreamRecording | null;
    readonly via: Via;
    readonly form: ProtocolName;
    readonly fetch?: Fetch | undefined;
    readonly baseUrl: string;
  },
): Promise<Served> {
  const { request, body, url, query } = given;
  const { response, signal, recording } = options;
  const headers = forwardedHeaders(request, options);
  const recorder =
    recording === null ? null : new MaskingRecorder(recording.recorder, secretsIn(headers, query));
  const sent: HttpRequest = {
    method: request.method as HttpRequest["method"],
    url,
    headers: Object.fromEntries(headers),
    body: null,
    key: null,
  };
  let status: number | null = null;
  let pieces = 0;
  let bytes = 0;
  /** The bytes go to the client as they are; the exchange behind reads them as text, for the recording. */
  const fetchAndPass: Fetch = async (url, init) => {
    const upstream = await (options.fetch ?? fetch)(url, {
      ...init,
      headers: headers.map(([name, value]) => [name, value]),
      ...(body.length === 0 ? { body: null } : { body }),
    });
    status = upstream.status;
    sendHead(response, { status, headers: returnedHeaders(upstream.headers) });
    if (upstream.body === null || BODYLESS.has(status)) {
      return new Response(null, { status, headers: upstream.headers });
    }
    const passing = new TransformStream<Uint8Array, Uint8Array>({
      async transform(piece, controller) {
        pieces++;
        bytes += piece.length;
        response.write(piece);
        controller.enqueue(piece);
        if (response.writableLength > MOST_WAITING) {
          await once(response, "drain", { signal }).catch(() => {});
        }
      },
    });
    return new Response(upstream.body.pipeThrough(passing), { status, headers: upstream.headers });
  };

  recorder?.begin({ ...sent, body: asObject(parseJson(new TextDecoder().decode(body))) });
  const { ending, endedAt } = await exchange(sent, {
    fetch: fetchAndPass,
    clock: monotonicClock,
    signal,
    head: (head) => recorder?.head(head),
    piece(piece) {
      recorder?.piece(piece);
      return false;
    },
  });
  recorder?.end(ending, endedAt);
  const from = recording?.name ?? "";
  switch (ending.kind) {
    case "ended":
      response.end();
      return { status, from, pieces, bytes, ended: "end" };
    case "no_response": {
      const host = new URL(options.baseUrl).host;
      const message = `cannot reach ${host}: ${ending.code ?? ending.message}`;
      const error = { status: 502, code: "upstream_unreachable", message };
      const answer = errorReply(error, options.form);
      return { ...(await playResponse(response, answer, { signal })), status: 502, from };
    }
    case "broken":
    case "fault":
    case "timed_out":
      response.socket?.end();
      return { status, from, pieces, bytes, ended: "cut" };
    case "interrupted":
      return { status, from, pieces, bytes, ended: "gone" };
  }
}

/** Passed on once more, it would come back for ever. */
function loop(form: ProtocolName): Reply {
  const message = "the request has been here before: --upstream leads back to this server";
  return errorReply({ status: 508, code: "loop_detected", message }, form);
}

function forwardedHeaders(
  request: IncomingMessage,
  { via }: { readonly via: Via },
): (readonly [string, string])[] {
  const given: [string, string][] = [];
  for (let index = 0; index < request.rawHeaders.length; index += 2) {
    given.push([request.rawHeaders[index] ?? "", request.rawHeaders[index + 1] ?? ""]);
  }
  const isOfPage = request.headers.origin !== undefined;
  const kept = endToEnd(given).filter(
    ([name]) => !NOT_FORWARDED.has(name) && !(isOfPage && OF_A_PAGE.test(name)),
  );
  return [...kept, via.header, ["accept-encoding", "identity"]];
}

/** `fetch` has undone any compression, so neither it nor the length of what was compressed is true any more. */
function returnedHeaders(headers: Headers): Record<string, string | string[]> {
  const compressed = headers.has("content-encoding");
  const returned: Record<string, string | string[]> = {};
  for (const [name, value] of endToEnd(headers)) {
    if (compressed && (name === "content-encoding" || name === "content-length")) continue;
    returned[name] = value;
  }
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) returned["set-cookie"] = cookies;
  return returned;
}
