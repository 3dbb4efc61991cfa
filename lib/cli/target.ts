import type { ChatResult } from "../chat/complete_chat.ts";
import { listModels } from "../chat/models.ts";
import { traceId } from "../report/json.ts";
import { DEMO_MODEL, startDemo } from "../server/demo.ts";
import type { Secret } from "../wire/secret.ts";
import { type EndpointSettings, resolveEndpoint } from "./config.ts";
import { type endpointFlags, requestHeaders, timeLimits } from "./endpoint_flags.ts";
import { exitCode } from "./exit_code.ts";
import type { FlagValues } from "./flag_types.ts";
import { type Message, UserError } from "../report/message.ts";
import { modelAskedLater, modelNeeded, onlyModel, playingDemo } from "./messages/ask.ts";
import { requestFailed } from "./messages/failures.ts";
import type { Provider } from "./providers.ts";
import type { ScriptContext } from "./script.ts";
import { systemEnvironment } from "./system_environment.ts";

/** Where a script sends its requests. Disposing of it stops the demo, if it is one. */
export interface Target extends AsyncDisposable {
  readonly baseUrl: string;
  readonly model: string;
  readonly key: Secret | null;
  readonly keyVariable: string | null;
  readonly provider: Provider | null;
  /** To be said if the endpoint refuses the key. */
  readonly hints: readonly Message[];
}

/**
 * Opens the target that flags and settings name: the demo, or an endpoint with its key and its model. Says what
 * its user should know.
 *
 * @throws {UserError} when a setting is wrong or missing, or the endpoint's models were needed and cannot be had.
 */
export async function openTarget(
  flags: FlagValues<typeof endpointFlags> & { readonly dryRun?: boolean },
  context: Pick<ScriptContext, "say" | "signal">,
): Promise<Target> {
  if (flags.demo) {
    const demo = await startDemo();
    context.say(playingDemo());
    return {
      baseUrl: demo.baseUrl,
      model: flags.model ?? DEMO_MODEL,
      key: null,
      keyVariable: null,
      provider: null,
      hints: [],
      [Symbol.asyncDispose]: () => demo.close(),
    };
  }
  const settings = resolveEndpoint(flags, systemEnvironment({ envFile: flags.envFile }));
  for (const warning of settings.warnings) context.say(warning);
  const model = settings.model ?? (await chooseModel(settings, { flags, context }));
  return { ...settings, model, async [Symbol.asyncDispose]() {} };
}

/** Without `--model` and without a default: the endpoint's only model. */
async function chooseModel(
  settings: EndpointSettings,
  {
    flags,
    context,
  }: {
    readonly flags: FlagValues<typeof endpointFlags> & { readonly dryRun?: boolean };
    readonly context: Pick<ScriptContext, "say" | "signal">;
  },
): Promise<string> {
  if (flags.dryRun) {
    context.say(modelAskedLater());
    return "MODEL";
  }
  const list = await listModels(
    { ...settings, headers: requestHeaders(flags) },
    { signal: context.signal, limits: timeLimits(flags) },
  );
  const { names, verdict } = list;
  if (verdict.failure !== null || names === null) {
    const message = failureMessage(list, { ...settings, model: "" });
    throw new UserError(message ?? modelNeeded([]), { exitCode: exitCode(verdict) });
  }
  const [only, ...others] = names;
  if (only === undefined || others.length > 0) throw new UserError(modelNeeded(names));
  context.say(onlyModel(only));
  return only;
}

/** Says why a request failed and what to do, if it did. An interruption needs no words. */
export function sayFailure(
  result: Pick<ChatResult, "verdict" | "head">,
  target: Omit<Target, keyof AsyncDisposable>,
  { say }: Pick<ScriptContext, "say">,
): void {
  const message = failureMessage(result, target);
  if (message !== null && result.verdict.outcome !== "interrupted") say(message);
  if (result.verdict.failure?.status === 401) for (const hint of target.hints) say(hint);
}

function failureMessage(
  { verdict, head }: Pick<ChatResult, "verdict" | "head">,
  target: Omit<Target, keyof AsyncDisposable>,
): Message | null {
  if (verdict.failure === null) return null;
  const { host, hostname } = new URL(target.baseUrl);
  return requestFailed({
    ...target,
    failure: verdict.failure,
    host,
    loopback: /^(localhost|127\.[\d.]+|\[::1\])$/.test(hostname),
    traceId: traceId(head?.headers),
    location: head?.headers.get("location") ?? null,
  });
}
