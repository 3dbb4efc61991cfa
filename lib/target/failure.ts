import { listModels } from "../chat/models.ts";
import type { ChatResult } from "../chat/complete_chat.ts";
import { delayAsked } from "../chat/retry.ts";
import type { Message } from "../base/message.ts";
import type { ScriptContext } from "../command/script.ts";
import type { Failure } from "../measure/outcome.ts";
import { traceId } from "../report/request/result_json.ts";
import { isLoopback } from "../settings/providers.ts";
import { chooseProxy } from "../settings/proxy_choice.ts";
import type { ResponseHead } from "../wire/exchange.ts";
import { modelsEndpoint } from "./asked.ts";
import { type FailedRequest, requestFailed } from "./messages/failures.ts";
import { isModelUnknown, suggestModels } from "./model_suggestions.ts";
import type { Target } from "./target.ts";

/** Says why a request failed and what to do, if it did. An interruption needs no words. `reading` is what was shown of it. */
export function sayFailure(
  {
    verdict: { failure },
    head,
    reading,
    attempts,
  }: Pick<ChatResult, "verdict" | "head"> & Partial<Pick<ChatResult, "reading" | "attempts">>,
  target: AskedTarget & { readonly models?: FoundModels | undefined },
  { say }: Pick<ScriptContext, "say">,
): void {
  if (failure === null || failure.kind === "interrupted") return;
  const came = reading && {
    body: reading.timeline.firstPieceAt !== null,
    answer: reading.timeline.deltasAt.length > 0,
  };
  say(failureMessage(failure, { head, target, came, attempts }));
  if (failure.status === 401) for (const hint of target.hints) say(hint);
}

/** How long an endpoint may take to list its models when that is only asked to help, in µs. */
const HELP_LIMIT = 3_000_000;

/**
 * The endpoint's models, if it does not know the one that was asked for; `undefined` if that is not why the request
 * failed, or the list cannot be had quickly.
 */
export async function modelsNear(
  { verdict: { failure } }: Pick<ChatResult, "verdict">,
  target: AskedTarget & { readonly headers: Readonly<Record<string, string>> },
  { signal }: Pick<ScriptContext, "signal">,
): Promise<FoundModels | undefined> {
  if (failure === null || !isModelUnknown(failure)) return undefined;
  const endpoint = modelsEndpoint(target, target.headers);
  const { names } = await listModels(endpoint, { signal, limits: { total: HELP_LIMIT } });
  if (names === null) return undefined;
  return { near: suggestModels(target.model, names), count: names.length };
}

type FoundModels = NonNullable<FailedRequest["models"]>;

type AskedTarget = Omit<Target, keyof AsyncDisposable>;

/** What a failed request tells its user. */
export function failureMessage(
  failure: Failure,
  {
    head,
    target,
    came,
    attempts,
  }: {
    readonly attempts?: number | undefined;
    readonly head: ResponseHead | null;
    readonly came?: FailedRequest["came"];
    readonly target: AskedTarget & { readonly models?: FoundModels | undefined };
  },
): Message {
  const url = new URL(target.baseUrl);
  const choice = chooseProxy(target.baseUrl, process.env);
  return requestFailed({
    ...target,
    failure,
    came,
    host: url.host,
    loopback: isLoopback(url),
    traceId: traceId(head?.headers),
    location: head?.headers.get("location") ?? null,
    delayAsked: delayAsked({ headers: head?.headers ?? null, now: Date.now() }),
    attempts,
    retryAfter: head === null ? undefined : head.headers.has("retry-after"),
    contentType: head?.headers.get("content-type") ?? null,
    proxy: choice.kind === "proxied" ? choice.proxy : undefined,
    windows: process.platform === "win32",
  });
}
