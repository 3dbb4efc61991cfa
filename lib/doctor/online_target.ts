import type { Api } from "../settings/api.ts";
import { DEMO_MODEL, startDemo } from "../server/demo.ts";
import type { EndpointSettings } from "../settings/endpoint.ts";
import type { TimeLimits } from "../wire/exchange.ts";
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
