import { listModels } from "../chat/models.ts";
import { UserError } from "../base/message.ts";
import type { ScriptContext } from "../command/script.ts";
import { type EndpointSettings, resolveEndpoint } from "../settings/endpoint.ts";
import { envFileReader } from "../settings/env_file_reader.ts";
import { systemEnvironment } from "../settings/system_environment.ts";
import type { TimeLimits } from "../wire/exchange.ts";
import { modelsEndpoint } from "./asked.ts";
import { requestHeaders, timeLimits } from "./endpoint_flags.ts";
import { failureMessage } from "./failure.ts";
import { exitCode } from "./failure_code.ts";
import {
  endpointUsed,
  modelAskedLater,
  modelNeeded,
  modelsNotListed,
  onlyModel,
} from "./messages/target.ts";
import type { Target, TargetCheck, TargetFlags } from "./target.ts";

/**
 * The target that flags and settings name, and no demo.
 *
 * @throws {UserError} when a setting is wrong or missing, or the endpoint's models were needed and cannot be had.
 */
export async function openEndpoint(
  flags: TargetFlags,
  context: Pick<ScriptContext, "say" | "signal" | "hide"> & {
    readonly check?: TargetCheck;
    readonly limits: TimeLimits;
  },
): Promise<Target> {
  const { envFile } = flags;
  const readFile = await envFileReader({ envFile, signal: context.signal });
  const settings = resolveEndpoint(flags, systemEnvironment({ envFile, readFile }));
  context.check?.(settings);
  context.hide(settings.key);
  for (const warning of settings.warnings) context.say(warning);
  const model = settings.model ?? (await chooseModel(settings, { flags, context }));
  if (flags.verbose) context.say(endpointUsed({ ...settings, model }));
  return { ...settings, model, limits: context.limits, async [Symbol.asyncDispose]() {} };
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
