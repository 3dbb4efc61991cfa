import { Buffer } from "node:buffer";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { dataEvents } from "./events.ts";
import { bytesOf } from "./body_bytes.ts";
import { cutAt, cutBody, type FaultPlace } from "./fault_place.ts";
import type { Reply } from "./reply.ts";

/**
 * A stream in which the first event behind a place has only half of its JSON. It gives the number of bytes before it, too;
 * `null` where no JSON follows.
 */
export function withMalformedEvent(
  answer: Reply,
  { after, api }: { readonly after: FaultPlace; readonly api: ProtocolName },
): { readonly answer: Reply; readonly behind: number } | null {
  const pieces = [...answer.pieces];
  const place = cutBody({ pieces }, { after, api })?.place;
  if (place === undefined) return null;
  const body = bytesOf(pieces);
  const events = [...dataEvents(body)];
  const index = events.findIndex(
    // Data over several lines is not in the body as it is.
    ({ data, start }) => start >= place && data.startsWith("{") && !data.includes("\n"),
  );
  const event = events[index];
  if (event === undefined) return null;
  const end = events[index + 1]?.start ?? body.length;
  const { before, rest } = cutAt(pieces, event.start);
  const [first] = rest;
  const behind = cutAt(rest, end - event.start).rest;
  const text = body.subarray(event.start, end).toString("utf8");
  const half = event.data.slice(0, Math.ceil(event.data.length / 2));
  const bytes = Buffer.from(text.replace(event.data, () => half));
  const malformed = [...before, { bytes, at: first?.at ?? 0 }, ...behind];
  return { answer: { ...answer, pieces: malformed }, behind: event.start };
}
