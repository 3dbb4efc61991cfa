import { createHash } from "node:crypto";
import { UserError } from "../base/message.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { fileUnreadable, isSystemError, textIsBinary } from "../command/messages/files.ts";
import type { ScriptContext } from "../command/script.ts";
import { type Arrivals, arrivalTimes } from "../load/plan.ts";
import type { PromptSource } from "../load/prompts.ts";
import { ONE_TO_ONE } from "../load/traffic/made_up_messages.ts";
import { TraceError } from "../load/traffic/trace_rows.ts";
import { readTrace } from "../load/traffic/traces.ts";
import { transcriptFiles } from "../transcript/transcript_file.ts";
import { FileTooLargeError, readBounded } from "../base/bounded_file.ts";
import { decodeText } from "../command/decode_text.ts";
import { readRecordings } from "../load/traffic/recordings.ts";
import {
  arrivalsOf,
  type LeftOutReason,
  sessionsIn,
  spanOf,
  type Traffic,
  type TrafficRequest,
} from "../load/traffic/traffic.ts";
import { hasTools } from "../load/traffic/traffic_request.ts";
import type { Replayed } from "../measure/replayed.ts";
import type { Api } from "../settings/api.ts";
import type { BenchFlags } from "./flags.ts";
import * as messages from "./traffic_messages.ts";
import { traceUnusable } from "./trace_messages.ts";

/** In bytes: some million rows. */
const LARGEST_TRACE = 256 * 1024 * 1024;

/** The traffic of `--replay`, and what is to be known of it. */
export interface ReadTraffic extends Traffic {
  /** The same for the same requests at the same times, wherever they were read from. */
  readonly digest: string;
  /** It is of several protocols, and none was asked for: each request goes over its own. */
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
  const found = await unlessAborted(readTraffic(path, flags), signal);
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
  const recorded = apisByNumber({ requests });
  const isAsked = flags.api !== undefined || flags.versusApi !== undefined;
  const traffic = { ...found, requests, digest, own: !isAsked && recorded.length > 1 };
  say(messages.trafficFound(path, summed(traffic)));
  const apis = flags.api ?? recorded.slice(0, 1);
  const tools = traffic.own
    ? 0
    : toolsLost(traffic, flags.versusApi === undefined ? apis : [...apis, flags.versusApi]);
  if (tools > 0) say(messages.toolsStayBehind(tools));
  // Its prompts are what they are: nothing is to make each of them a new one.
  return { ...flags, ...(apis.length === 0 ? undefined : { api: apis }), cache: "reuse", traffic };
}

/** What a run of traffic asks; `null` for a run of anything else. */
export function trafficPrompts({ traffic }: BenchFlags): PromptSource | null {
  if (traffic === undefined) return null;
  const contents = traffic.requests.map(({ content }) => content);
  return { kind: "traffic", contents, own: traffic.own, words: ONE_TO_ONE };
}

/**
 * The arrivals of traffic: as recorded, `--speed` times as fast; with `--rate` its conversations begin by that process.
 * Before it has been read there are none.
 */
export function trafficArrivals(
  { traffic, speed, rate, arrival = { process: "constant" }, concurrency }: BenchFlags,
  { seed }: { readonly seed: number },
): Extract<Arrivals, { kind: "recorded" }> {
  const cap = concurrency ?? null;
  if (traffic === undefined) return { kind: "recorded", requests: [], cap };
  const starts = rate === undefined ? undefined : arrivalTimes({ rate, ...arrival, seed });
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
  const { form, lengths } = traffic;
  return {
    path: replay,
    form,
    ...(form === "recordings" ? undefined : { lengths }),
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

async function readTraffic(path: string, flags: BenchFlags): Promise<Traffic> {
  const { traceLengths: lengths, traceBlock: block } = flags;
  try {
    const [file] = await transcriptFiles(path);
    if (file !== path || path.endsWith(".sse")) return await readRecordings(path);
    const text = decodeText(await readBounded(path, { largest: LARGEST_TRACE }));
    if (text === null) throw new UserError(textIsBinary(path, { isImage: false }));
    return readTrace(text, { lengths, block });
  } catch (error) {
    if (error instanceof TraceError) throw new UserError(traceUnusable(path, error));
    if (isSystemError(error) || error instanceof FileTooLargeError) {
      throw new UserError(fileUnreadable(path, error));
    }
    throw error;
  }
}

function summed(traffic: Traffic): messages.FoundTraffic {
  const { promptTokens, outputTokens, ...rest } = replayedOf(traffic);
  const { lengths } = traffic;
  return { ...rest, lengths, promptTokens: sum(promptTokens), outputTokens: sum(outputTokens) };
}

function sum(counts: readonly (number | null)[]): number | null {
  const known = counts.filter((count) => count !== null);
  return known.length === 0 ? null : known.reduce((a, b) => a + b, 0);
}

function digestOf(requests: Traffic["requests"]): string {
  return createHash("sha256").update(JSON.stringify(requests)).digest("hex").slice(0, 16);
}

/** The protocols of the requests, that of the most of them first; none for a trace. */
function apisByNumber({ requests }: Pick<Traffic, "requests">): Api[] {
  const apis = requests.flatMap(({ content }) => (content.kind === "body" ? [content.api] : []));
  const counts = [...Map.groupBy(apis, (api) => api).values()];
  return counts.toSorted((a, b) => b.length - a.length).flatMap(([api]) => api ?? []);
}

/** How many requests lose their tools over these protocols. */
function toolsLost({ requests }: Traffic, apis: readonly Api[] = []): number {
  const isLost = ({ content }: TrafficRequest): boolean =>
    content.kind === "body" && hasTools(content) && apis.some((api) => api !== content.api);
  return requests.filter(isLost).length;
}
