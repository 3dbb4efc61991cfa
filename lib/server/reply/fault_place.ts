import type { Buffer } from "node:buffer";
import { asObject, parseJson } from "../../base/json.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { protocolNamed } from "../../protocols/protocols.ts";
import { bytesOf } from "./body_bytes.ts";
import { dataEvents, eventEnds } from "./events.ts";
import type { Reply, TimedBytes } from "./reply.ts";

/**
 * A place in a body: behind so many events, behind this share of its bytes (0.5 is the middle), or in the middle of the
 * arguments of its first tool call.
 */
export type FaultPlace =
  { readonly events: number } | { readonly share: number } | { readonly in: "arguments" };

/** A body in two, with the number of bytes in the first part. */
export interface CutBody {
  readonly before: TimedBytes[];
  readonly rest: TimedBytes[];
  readonly place: number;
}

/** Cuts a body at a place; `null` where it has no such place. One behind the last event is the end. */
export function cutBody(
  { pieces: given }: Pick<Reply, "pieces">,
  { after, api }: { readonly after: FaultPlace; readonly api: ProtocolName },
): CutBody | null {
  const pieces = [...given];
  const place = placeIn(bytesOf(pieces), { place: after, api });
  return place === null ? null : cutAt(pieces, place);
}

/** Cuts a body behind so many bytes. */
export function cutAt(pieces: readonly TimedBytes[], place: number): CutBody {
  const rest: TimedBytes[] = [];
  let start = 0;
  for (const { bytes, at } of pieces) {
    const left = bytes.subarray(Math.min(bytes.length, Math.max(0, place - start)));
    start += bytes.length;
    if (left.length > 0) rest.push({ bytes: left, at });
  }
  return { before: takeBytes(pieces, place), rest, place };
}

/** The first bytes of a body. */
export function takeBytes(pieces: readonly TimedBytes[], length: number): TimedBytes[] {
  const taken: TimedBytes[] = [];
  let missing = length;
  for (const { bytes, at } of pieces) {
    if (missing <= 0) break;
    taken.push({ bytes: bytes.subarray(0, missing), at });
    missing -= bytes.length;
  }
  return taken;
}

function placeIn(
  body: Buffer,
  { place, api }: { readonly place: FaultPlace; readonly api: ProtocolName },
): number | null {
  if ("share" in place) return Math.floor(body.length * place.share);
  if ("in" in place) return placeInArguments(body, api);
  if (place.events === 0) return 0;
  return [...eventEnds(body)][place.events - 1]?.end ?? body.length;
}

/** Behind the first half of the events that bring them; before the only one. */
function placeInArguments(body: Buffer, api: ProtocolName): number | null {
  const reader = protocolNamed(api).reader({ usageCache: null });
  const starts: number[] = [];
  let hasCall = false;
  for (const { data, start } of dataEvents(body)) {
    const value = asObject(parseJson(data));
    const calls = value === null ? [] : reader.read(value).choices.flatMap((one) => one.toolCalls);
    // The next call, or what comes behind the arguments.
    if (hasCall && calls.some(({ name }) => name !== null)) break;
    hasCall ||= calls.length > 0;
    if (calls.some((call) => call.arguments !== "")) starts.push(start);
  }
  return starts[Math.ceil(starts.length / 2)] ?? starts[0] ?? null;
}
