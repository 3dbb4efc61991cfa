import { type EndpointError, endpointErrorFromText } from "../wire/endpoint_error.ts";
import { isFailureName } from "../wire/error_places.ts";
import type { SseEvent } from "../wire/sse.ts";

/** An event whose name says that it stands beside the answer. */
export function isBeside(name: string): boolean {
  return name !== "message" && /^(ping|heart.?beat|keep.?alive|meta.{0,16})$/i.test(name);
}

/** Whether the name of an event says that something failed. */
export function isError({ event }: SseEvent): boolean {
  return event !== "message" && isFailureName(event);
}

/** What an event tells by its name alone; `null` when it is an ordinary one. */
export function errorOf(event: SseEvent): EndpointError | null {
  return isError(event) ? errorNamed(event.event, event.data) : null;
}

/** The error that an event of such a name tells with its data. */
export function errorNamed(name: string, data: string): EndpointError {
  const isPlain = data.trim() === "" && name.toLowerCase() !== "error";
  return endpointErrorFromText(isPlain ? `event: ${name}` : data);
}
