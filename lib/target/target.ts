import type { ChatResult } from "../chat/complete_chat.ts";
import { delayAsked } from "../chat/retry.ts";
import { listModels } from "../chat/models.ts";
import type { Api } from "../settings/api.ts";
import { traceId } from "../report/request/result_json.ts";
import { DEMO_MODEL, startDemo } from "../server/demo.ts";
import type { Failure } from "../measure/outcome.ts";
import type { ResponseHead, TimeLimits } from "../wire/exchange.ts";
import type { Secret } from "../base/secret.ts";
import { envFileReader } from "../settings/env_file_reader.ts";
import { type EndpointSettings, resolveEndpoint } from "../settings/endpoint.ts";
import { modelsEndpoint } from "./asked.ts";
import { type endpointFlags, requestHeaders, timeLimits } from "./endpoint_flags.ts";
import { exitCode } from "./failure_code.ts";
import type { FlagValues } from "../command/flag_types.ts";
import { type Message, UserError } from "../base/message.ts";
import {
  endpointUsed,
  modelAskedLater,
  modelNeeded,
  modelsNotListed,
  onlyModel,
  playingDemo,
} from "./messages/target.ts";
import { type FailedRequest, requestFailed } from "./messages/failures.ts";
import { isModelUnknown, suggestModels } from "./model_suggestions.ts";
import { isLoopback, type Provider } from "../settings/providers.ts";
import { chooseProxy } from "../settings/proxy_choice.ts";
import type { ScriptContext } from "../command/script.ts";
import { systemEnvironment } from "../settings/system_environment.ts";

/** Where a script sends its requests. Disposing of it stops the demo, if it is one. */
export interface Target extends AsyncDisposable {
  readonly baseUrl: string;
  /** The protocol that it is asked over. */
  readonly api: Api;
  /** The header for the key, where it is another than that of the protocol. */
  readonly keyHeader?: EndpointSettings["keyHeader"];
  readonly model: string;
  readonly key: Secret | null;
  readonly keyVariable: string | null;
  readonly provider: Provider | null;
  /** How long to wait for it. */
  readonly limits: TimeLimits;
  /** To be said if the endpoint refuses the key. */
  readonly hints: readonly Message[];
}

/** The flags that open a target. */
export type TargetFlags = FlagValues<typeof endpointFlags> & {
  readonly dryRun?: boolean;
  readonly verbose?: boolean;
};

/** Told of the endpoint before anything is sent there; what it throws ends the matter. */
export type TargetCheck = (endpoint: Pick<Target, "api" | "provider">) => void;

/**
 * Opens the target that flags and settings name: the demo, or an endpoint with its key and its model. Says what
 * its user should know.
 *
 * @throws {UserError} when a setting is wrong or missing, or the endpoint's models were needed and cannot be had.
 */
export async function openTarget(
  flags: TargetFlags,
  context: Pick<ScriptContext, "say" | "signal" | "hide"> & { readonly check?: TargetCheck },
): Promise<Target> {
  const limits = timeLimits(flags);
  if (flags.demo) {
    context.check?.({ api: flags.api ?? "chat", provider: null });
    const demo = await startDemo();
    context.say(playingDemo());
    return {
      baseUrl: demo.baseUrl,
      api: flags.api ?? "chat",
      model: flags.model ?? DEMO_MODEL,
      key: null,
      keyVariable: null,
      provider: null,
      limits,
      hints: [],
      [Symbol.asyncDispose]: () => demo.close(),
    };
  }
  const { envFile } = flags;
  const readFile = await envFileReader({ envFile, signal: context.signal });
  const settings = resolveEndpoint(flags, systemEnvironment({ envFile, readFile }));
  context.check?.(settings);
  context.hide(settings.key);
  for (const warning of settings.warnings) context.say(warning);
  const model = settings.model ?? (await chooseModel(settings, { flags, context }));
  if (flags.verbose) context.say(endpointUsed({ ...settings, model }));
  return { ...settings, model, limits, async [Symbol.asyncDispose]() {} };
}

/** Without `--model` and without a default: the endpoint's only model. */
async function chooseModel(
  settings: EndpointSettings,
  {
    flags,
    context,
  }: {
    readonly flags: TargetFlags;
    readonly context: Pick<ScriptContext, "say" | "signal">;
  },
): Promise<string> {
  if (flags.dryRun) {
    context.say(modelAskedLater());
    return "MODEL";
  }
  const limits = timeLimits(flags);
  const { names, verdict, head } = await listModels(
    modelsEndpoint(settings, requestHeaders(flags)),
    { signal: context.signal, limits },
  );
  const { failure } = verdict;
  if (failure !== null) {
    const target = { ...settings, limits, model: "" };
    const message = failureMessage(failure, { head, target });
    if (failure.status === 401) for (const hint of settings.hints) context.say(hint);
    throw new UserError(modelsNotListed(message, failure), { exitCode: exitCode(verdict) });
  }
  const [only, ...others] = names ?? [];
  if (only === undefined || others.length > 0) throw new UserError(modelNeeded(names ?? []));
  context.say(onlyModel(only));
  return only;
}

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
