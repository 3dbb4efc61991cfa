import { type Api, APIS } from "../settings/api.ts";
import { type Check, check } from "./check.ts";
import { checkCompletion } from "./check_completion.ts";
import type { OnlineTarget } from "./examine_online.ts";
import { overProtocol, protocolNotServed } from "./messages/online.ts";

/** A protocol to try, and how. `target` is `null` where it is known that the service has not got it. */
export interface ProtocolToTry {
  readonly api: Api;
  readonly target: OnlineTarget | null;
}

/**
 * Asks for a token over each of several protocols, one after the other. As long as one of them works, it is no error that
 * another does not, for hardly any endpoint has them all.
 */
export async function checkProtocols(
  protocols: readonly ProtocolToTry[],
  { names, signal }: { readonly names: readonly string[]; readonly signal: AbortSignal },
): Promise<Check[]> {
  const found: Check[] = [];
  for (const { api, target } of protocols) {
    const done =
      target === null
        ? check("completion", { status: "skipped", message: protocolNotServed() })
        : await checkCompletion({ target, names, signal });
    found.push({ ...done, message: overProtocol(APIS[api].title, done.message) });
    if (signal.aborted) break;
  }
  const isAny = found.some(({ status }) => status === "ok");
  return found.map((done) => {
    const { status } = done;
    return check(done.id, { ...done, status: isAny && status === "error" ? "warning" : status });
  });
}
