import type { Micros } from "../../base/time.ts";
import { faultText } from "../../server/fault_text.ts";
import { History } from "./history.ts";
import { judge } from "./judge.ts";
import type { JudgedClient, JudgedFault, SeenRequest } from "./seen.ts";

/**
 * Judges clients that came by themselves, by what they sent: nobody knows how they ended. Requests of one client are those
 * with the same `user-agent` over the same protocol.
 */
export function judgeTraffic(
  requests: readonly SeenRequest[],
  { now, patience }: { readonly now: Micros; readonly patience: Micros },
): JudgedClient[] {
  const clients = Map.groupBy(requests, ({ userAgent, api }) => JSON.stringify([userAgent, api]));
  return Array.from(clients.values()).flatMap((own) => {
    const [first] = own;
    if (first === undefined) return [];
    const struck = own.filter(({ faults }) => faults.length > 0);
    const history = new History(own);
    const faults: JudgedFault[] = [];
    for (const request of struck) {
      const judged = judge(request, { history, end: null, now, patience });
      const fault = request.faults.map((put) => faultText(put.fault)).join(" + ");
      faults.push({ fault, kinds: request.faults.map((put) => put.fault.kind), ...judged });
    }
    const streamed = own.some(({ body }) => body["stream"] === true);
    return [{ userAgent: first.userAgent, api: first.api, streamed, faults }];
  });
}
