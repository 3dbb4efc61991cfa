/**
 * One of the processes of `serve --workers`: it serves its share on the port that all of them listen on. Ctrl-C in a
 * terminal reaches it, too, and is for the process that started it; with that it ends.
 *
 * @module
 */

import { withFaults } from "../../server/reply/fault.ts";
import type { LocalEndpoint } from "../../server/http/http_server.ts";
import { startLocalEndpoint } from "../../server/http/local_endpoint.ts";
import { makeSource } from "../sources.ts";
import { faultsOf, planOf } from "./own_seeds.ts";
import type { FromServing, ServingShare, ToServing } from "./serving_messages.ts";

let endpoint: LocalEndpoint | null = null;

function tell(message: FromServing): void {
  process.send?.(message);
}

async function serve(share: ServingShare): Promise<void> {
  const { stamp, isLogged, host, port, allowOrigins } = share;
  try {
    endpoint = await startLocalEndpoint({
      source: withFaults(makeSource(planOf(share)), faultsOf(share)),
      stamp,
      host,
      port,
      allowOrigins,
      onServed: isLogged ? (request) => tell({ kind: "served", request }) : undefined,
    });
    tell({ kind: "listening", baseUrl: endpoint.baseUrl, names: endpoint.names });
  } catch (error) {
    const { code = "", message } = error as NodeJS.ErrnoException;
    tell({ kind: "refused", code, message });
  }
}

async function stop(): Promise<void> {
  await endpoint?.close();
  tell({ kind: "stopped" });
}

process.on("SIGINT", () => {}).on("SIGTERM", () => {});
process.on("disconnect", () => process.exit());
process.on("message", (message: ToServing) => {
  if (message.kind === "serve") void serve(message.share);
  else void stop();
});
tell({ kind: "ready" });
