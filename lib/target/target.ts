import type { Api } from "../settings/api.ts";
import type { TimeLimits } from "../wire/exchange.ts";
import type { Secret } from "../base/secret.ts";
import type { EndpointSettings } from "../settings/endpoint.ts";
import { type endpointFlags, timeLimits } from "./endpoint_flags.ts";
import type { FlagValues } from "../command/flag_types.ts";
import type { Message } from "../base/message.ts";
import { playingDemo } from "./messages/target.ts";
import type { Provider } from "../settings/providers.ts";
import type { ScriptContext } from "../command/script.ts";

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
    const { DEMO_MODEL, startDemo } = await import("../server/demo.ts");
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
  const { openEndpoint } = await import("./endpoint_target.ts");
  return openEndpoint(flags, { ...context, limits });
}
