import { createHash } from "node:crypto";
import { UserError } from "../base/message.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { fileUnreadable, isSystemError } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";
import { type Arrivals, arrivalTimes } from "../load/plan.ts";
import type { PromptSource } from "../load/prompts.ts";
import { readRecordings } from "../load/traffic/recordings.ts";
import {
  arrivalsOf,
  type LeftOutReason,
  sessionsIn,
  spanOf,
  type Traffic,
} from "../load/traffic/traffic.ts";
import { hasTools } from "../load/traffic/traffic_request.ts";
import type { Replayed } from "../measure/replayed.ts";
import type { Api } from "../settings/api.ts";
import type { BenchFlags } from "./flags.ts";
import * as messages from "./traffic_messages.ts";

/** The traffic of `--replay`, and what is to be known of it. */
export interface ReadTraffic extends Traffic {
  /** The same for the same requests at the same times, wherever they were read from. */
  readonly digest: string;
  /** No protocol was asked for: each request goes over its own. */
  readonly own: boolean;
}

/**
 * The flags with the traffic of `--replay`, over the protocol that it was recorded over unless another is asked for; says
 * what it found. Without `--replay` they stay as they are.
 *
 * @throws {UserError} when it cannot be read, or holds nothing that can be sent, or fewer requests than were asked for.
 */
export async function withTraffic(
  flags: BenchFlags,
  { say, signal }: Pick<ScriptContext, "say" | "signal">,
): Promise<BenchFlags> {
  const { replay: path, requests: most } = flags;
  if (path === undefined) return flags;
  const found = await unlessAborted(readTraffic(path), signal);
  const { leftOut } = found;
  const left = Object.entries(leftOut) as [LeftOutReason, number][];
  if (left.length > 0) say(messages.trafficLeftOut(path, left));
  const count = found.requests.length;
  if (count === 0) throw new UserError(messages.noTraffic(path));
  if (most !== undefined && most > count) {
    throw new UserError(messages.trafficTooShort(path, { asked: most, found: count }));
  }
  const requests = found.requests.slice(0, most);
  const digest = digestOf(requests);
  const traffic = { requests, leftOut, digest, own: flags.api === undefined };
  say(messages.trafficFound(path, summed(traffic)));
  const apis = flags.api ?? [mostOf(recordedApis(traffic))];
  const tools = flags.api === undefined ? 0 : toolsLost(traffic, apis);
  if (tools > 0) say(messages.toolsStayBehind(tools));
  // Its prompts are what they are: nothing is to make each of them a new one.
  return { ...flags, api: apis, cache: "reuse", traffic };
}

/** What a run of traffic asks; `null` for a run of anything else. */
export function trafficPrompts({ traffic }: BenchFlags): PromptSource | null {
  if (traffic === undefined) return null;
  const contents = traffic.requests.map(({ content }) => content);
  return { kind: "traffic", contents, own: traffic.own };
}

/**
 * The arrivals of traffic: as recorded, `--speed` times as fast; with `--rate` its conversations begin by that process.
 * Before it has been read there are none.
 */
export function trafficArrivals(
  { traffic, speed, rate, arrival = "constant", concurrency }: BenchFlags,
  { seed }: { readonly seed: number },
): Extract<Arrivals, { kind: "recorded" }> {
  const cap = concurrency ?? null;
  if (traffic === undefined) return { kind: "recorded", requests: [], cap };
  const starts = rate === undefined ? undefined : arrivalTimes({ rate, process: arrival, seed });
  const requests = arrivalsOf(traffic, {
    ...(speed === undefined ? undefined : { speed }),
    ...(starts === undefined ? undefined : { starts }),
  });
  return { kind: "recorded", requests, cap };
}

/** What the results say of the traffic that was asked for, under the names that they have for it; `null` without any. */
export function trafficConfig({ traffic, replay, speed, rate }: BenchFlags) {
  if (traffic === undefined) return null;
  const { requests, sessions, span } = summed(traffic);
  return {
    path: replay,
    digest: traffic.digest,
    requests,
    sessions,
    span_ms: span / 1000,
    speed: rate === undefined ? (speed ?? 1) : null,
  };
}

/** What the reports hold against what was sent. */
export function replayedOf({ requests }: Traffic): Replayed {
  return {
    requests: requests.length,
    sessions: sessionsIn({ requests }),
    span: spanOf({ requests }),
    promptTokens: requests.map(({ promptTokens }) => promptTokens),
    outputTokens: requests.map(({ outputTokens }) => outputTokens),
  };
}

async function readTraffic(path: string): Promise<Traffic> {
  try {
    return await readRecordings(path);
  } catch (error) {
    if (isSystemError(error)) throw new UserError(fileUnreadable(path, error));
    throw error;
  }
}

function summed(traffic: Traffic): messages.FoundTraffic {
  const { promptTokens, outputTokens, ...rest } = replayedOf(traffic);
  return { ...rest, promptTokens: sum(promptTokens), outputTokens: sum(outputTokens) };
}

function sum(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}

function digestOf(requests: Traffic["requests"]): string {
  return createHash("sha256").update(JSON.stringify(requests)).digest("hex").slice(0, 16);
}

function recordedApis({ requests }: Traffic): Api[] {
  return requests.map(({ content }) => content.api);
}

function mostOf(apis: readonly Api[]): Api {
  const counts = [...Map.groupBy(apis, (api) => api)].map(
    ([api, all]) => [api, all.length] as const,
  );
  return counts.toSorted(([, a], [, b]) => b - a)[0]?.[0] ?? "chat";
}

function toolsLost({ requests }: Traffic, apis: readonly Api[]): number {
  return requests.filter(
    ({ content }) => hasTools(content) && apis.some((api) => api !== content.api),
  ).length;
}
