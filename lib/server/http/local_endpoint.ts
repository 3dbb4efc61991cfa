import { epochClock, monotonicClock } from "../../base/clock.ts";
import type { Micros } from "../../base/time.ts";
import type { JsonObject } from "../../base/json.ts";
import { Semaphore } from "../../base/semaphore.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { notJson } from "./admission.ts";
import { type Reply, type ReplySource, jsonReply } from "../reply/reply.ts";
import {
  type HttpServerOptions,
  type LocalEndpoint,
  readBody,
  startHttpServer,
} from "./http_server.ts";
import { type Played, playResponse } from "./play_response.ts";
import {
  clientApi,
  completionApi,
  completionReply,
  LONGEST_REQUEST,
  replyWithoutBody,
} from "./route.ts";
import { stamped } from "../reply/stamp.ts";

export type { LocalEndpoint } from "./http_server.ts";

/** What a local endpoint offers, and where. */
export interface LocalEndpointOptions extends HttpServerOptions {
  readonly source: ReplySource;
  /** Write the time of sending into the chunks that have room for it. */
  readonly stamp?: boolean | undefined;
  /** Looks on while completions are answered. */
  readonly watch?: CompletionWatch | undefined;
}

/** A request for a completion, and what it will be answered with. */
export interface AskedCompletion {
  readonly api: ProtocolName;
  readonly body: JsonObject;
  readonly userAgent: string | null;
  readonly answer: Reply;
}

/** Who looks on. What {@linkcode CompletionWatch.asked} gives is told how the answering of that request goes. */
export interface CompletionWatch {
  asked(asked: AskedCompletion): {
    wrote(bytes: Uint8Array): void;
    ended(ending: Played["ended"]): void;
  };
}

/**
 * Starts an endpoint that speaks every protocol: `POST /v1/chat/completions`, `/v1/completions`, `/v1/responses` and
 * `/v1/messages`, `GET /v1/models` and `/v1/models/ID`, `GET /health`.
 *
 * @example
 * ```ts
 * const endpoint = await startLocalEndpoint({ source: new TranscriptSource([recorded]) });
 * await fetch(`${endpoint.baseUrl}/models`);
 * await endpoint.close();
 * ```
 */
export async function startLocalEndpoint(options: LocalEndpointOptions): Promise<LocalEndpoint> {
  const { source, watch } = options;
  const semaphore = new Semaphore(source.concurrency ?? Infinity);
  const stamp = options.stamp
    ? (bytes: Uint8Array) => stamped(bytes, epochClock())
    : (bytes: Uint8Array) => bytes;

  return startHttpServer(async (request, response, { path, signal, inFlight }) => {
    const { method = "GET" } = request;
    const routed = { method, path: path.startsWith("/v1/") ? path.slice("/v1".length) : "" };
    const served = async (
      answer: Reply,
      { began, wrote }: { began?: Micros; wrote?: (bytes: Uint8Array) => void } = {},
    ) => ({
      ...(await playResponse(response, answer, {
        signal,
        began,
        onWrite(bytes) {
          wrote?.(bytes);
          return stamp(bytes);
        },
      })),
      status: answer.head?.status ?? null,
      from: answer.from,
    });
    if (method === "GET" && path === "/health") {
      // Who reads the stamps must know how far this clock is from theirs.
      const clock = options.stamp ? { now_us: epochClock() } : undefined;
      return served(jsonReply({ status: "ok", requests: inFlight - 1, ...clock }));
    }
    const api = completionApi(routed);
    if (api === null) {
      const { models } = source;
      const form = clientApi(path, request.headers);
      return served(replyWithoutBody(routed, { models, shownPath: path, api: form }));
    }
    const refused = notJson(request, api);
    if (refused !== null) return served(refused);
    const body = await readBody(request, { limit: LONGEST_REQUEST });
    const received = monotonicClock();
    let asked: JsonObject | null = null;
    const heard: ReplySource = {
      models: source.models,
      answer: (value, over) => source.answer((asked = value), over),
    };
    const answer = completionReply(body, { source: heard, api });
    const userAgent = request.headers["user-agent"] ?? null;
    const watched = asked === null ? null : watch?.asked({ api, body: asked, userAgent, answer });
    const planned = monotonicClock();
    if (!(await semaphore.acquire(signal))) {
      watched?.ended("gone");
      return { pieces: 0, bytes: 0, ended: "gone", status: null, from: answer.from };
    }
    try {
      // Reading a long prompt takes time that is no model's; waiting for a place is part of what is simulated.
      const began = received + (monotonicClock() - planned);
      const wrote = (bytes: Uint8Array): void => watched?.wrote(bytes);
      const result = await served(answer, { began, wrote });
      watched?.ended(result.ended);
      return result;
    } finally {
      semaphore.release();
    }
  }, options);
}
