import { UserError } from "../base/message.ts";
import { type Api, API_NAMES } from "../settings/api.ts";
import { type EndpointSettings, resolveEndpoint } from "../settings/endpoint.ts";
import type { TimeLimits } from "../wire/exchange.ts";
import type { ProtocolToTry } from "./examine_protocols.ts";
import type { Facts } from "./facts.ts";
import type { OnlineTarget } from "./examine_online.ts";
import type { ProxyEnvironment } from "../settings/proxy_choice.ts";

/** The endpoint that was found, ready to be tried. Starts the demo if it is that; disposing of it stops the demo. */
export async function openOnlineTarget(options: {
  readonly endpoint: EndpointSettings | "demo";
  readonly proxies: ProxyEnvironment;
  readonly headers: Readonly<Record<string, string>>;
  readonly limits: TimeLimits;
  readonly api: Api | undefined;
  readonly model: string | undefined;
  readonly blocker: OnlineTarget["blocker"];
}): Promise<OnlineTarget & AsyncDisposable> {
  const { endpoint, api = "chat", model, ...rest } = options;
  if (endpoint !== "demo") {
    return { ...rest, ...endpoint, async [Symbol.asyncDispose]() {} };
  }
  const { DEMO_MODEL, startDemo } = await import("../server/demo.ts");
  const demo = await startDemo();
  return {
    ...rest,
    baseUrl: demo.baseUrl,
    api,
    model: model ?? DEMO_MODEL,
    key: null,
    keyVariable: null,
    provider: null,
    hints: [],
    [Symbol.asyncDispose]: () => demo.close(),
  };
}

/** Every protocol but that of the target, at the same endpoint: with what the settings say of each. */
export function otherProtocols(
  target: OnlineTarget,
  { flags, environment }: Pick<Facts, "flags" | "environment">,
): ProtocolToTry[] {
  return API_NAMES.filter((api) => api !== target.api).map((api) => {
    if (flags.demo || "cause" in environment) return { api, target: { ...target, api } };
    try {
      const settings = resolveEndpoint({ ...sameEndpoint(target, flags), api }, environment);
      return { api, target: { ...target, ...settings } };
    } catch (error) {
      if (error instanceof UserError) return { api, target: null };
      throw error;
    }
  });
}

/** With another protocol the first service with a key might be another one. */
function sameEndpoint({ provider }: OnlineTarget, flags: Facts["flags"]): Facts["flags"] {
  const isByKey = flags.provider === undefined && flags.baseUrl === undefined && provider !== null;
  return isByKey ? { ...flags, provider: provider.name } : flags;
}
