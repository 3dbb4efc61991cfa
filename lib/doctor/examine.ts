import { type Check, check } from "./check.ts";
import { examineEndpoint, type EndpointFinding } from "./examine_endpoint.ts";
import { examineFiles } from "./examine_files.ts";
import { examineGit } from "./examine_git.ts";
import { examineProxies } from "./examine_proxies.ts";
import type { Facts } from "./facts.ts";
import { bunAsWanted, bunOfOtherVersion } from "./messages/endpoint.ts";

/** What was found before anything is sent. */
export interface Examination {
  readonly checks: readonly Check[];
  readonly endpoint: EndpointFinding["endpoint"];
}

/** Judges the facts. Pure: the same facts give the same checks, on every machine. */
export function examine(facts: Facts): Examination {
  const { endpoint, checks } = examineEndpoint(facts);
  const settings = endpoint === "demo" ? null : endpoint;
  const keyPage = settings?.provider?.keyPage ?? null;
  return {
    endpoint,
    checks: [
      examineBun(facts),
      ...examineFiles(facts),
      ...checks,
      ...examineGit(facts, { keyPage }),
      ...examineProxies(facts, { baseUrl: settings?.baseUrl ?? null }),
    ],
  };
}

function examineBun({ bun: { version, wanted } }: Facts): Check {
  return version === wanted
    ? check("bun", { status: "ok", message: bunAsWanted(version) })
    : check("bun", { status: "warning", message: bunOfOtherVersion(version, wanted) });
}
