import type { ScriptContext } from "../command/script.ts";
import {
  type MetricsFailure,
  type MetricsSource,
  readMetrics,
} from "../load/server_metrics/metrics_watch.ts";
import { protocolNamed } from "../protocols/protocols.ts";
import { ENGINE_TITLES } from "../report/run/server_texts.ts";
import { isLoopback } from "../settings/providers.ts";
import type { BenchFlags } from "./flags.ts";
import type { OpenSide } from "./open_sides.ts";
import { metricsFound, metricsUnreadable } from "./server_messages.ts";
import type { ServerMetricsFlag } from "./server_metrics_flag.ts";

/** Each target with where its server tells of itself. */
export async function watchedSides(
  sides: readonly OpenSide[],
  {
    flags,
    context,
  }: {
    readonly flags: Pick<BenchFlags, "serverMetrics" | "verbose">;
    readonly context: Pick<ScriptContext, "say" | "signal">;
  },
): Promise<(OpenSide & { readonly metrics: MetricsSource | null })[]> {
  const options = { flag: flags.serverMetrics, context, verbose: flags.verbose ?? false };
  const found: (OpenSide & { readonly metrics: MetricsSource | null })[] = [];
  for (const side of sides) {
    found.push(Object.assign(side, { metrics: await findServerMetrics(side, options) }));
  }
  return found;
}

/**
 * Where the server behind a target tells of itself: the page that is named; without one, for a server on this machine, the page
 * where servers have it. `null` where it cannot be read: for a page that was named that is said, and for one that was not,
 * where the server says that it has such a page and does not show it.
 */
export async function findServerMetrics(
  { target, spec }: OpenSide,
  {
    flag,
    context: { say, signal },
    verbose,
  }: {
    readonly flag: ServerMetricsFlag | undefined;
    readonly context: Pick<ScriptContext, "say" | "signal">;
    readonly verbose: boolean;
  },
): Promise<MetricsSource | null> {
  const base = new URL(target.baseUrl);
  if (flag === "off") return null;
  if (flag === undefined && (target.simulated !== null || !isLoopback(base))) return null;
  const url = flag === undefined ? metricsUrl(target.baseUrl) : flag.url;
  const isSameOrigin = new URL(url).origin === base.origin;
  const source: MetricsSource = {
    url,
    key: isSameOrigin ? target.key : null,
    keyHeader: target.keyHeader ?? protocolNamed(target.api).keyHeader,
    headers: isSameOrigin ? spec.headers : {},
    model: target.model,
  };
  const result = await readMetrics(source, { signal });
  if (result.kind === "read") {
    if (verbose) say(metricsFound(url, ENGINE_TITLES[result.reading.engine]));
    return source;
  }
  if (flag !== undefined || isRefusal(result.failure)) say(metricsUnreadable(url, result.failure));
  return null;
}

/** Where servers have it: beside `/v1`. */
function metricsUrl(baseUrl: string): string {
  return `${baseUrl.replace(/\/v1$/, "")}/metrics`;
}

/** llama.cpp answers so when it was started without `--metrics`. */
function isRefusal(failure: MetricsFailure): boolean {
  return failure.kind === "status" && failure.status === 501;
}
