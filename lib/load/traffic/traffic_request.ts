import { asObject, asText, type JsonObject } from "../../base/json.ts";
import { completionRequest } from "../../protocols/completion_request.ts";
import type { CompletionRequest, Sampling } from "../../protocols/protocol.ts";
import { protocolNamed } from "../../protocols/protocols.ts";
import type { HttpRequest } from "../../wire/request.ts";
import { madeUpMessages, ONE_TO_ONE, type WordCount } from "./made_up_messages.ts";
import type { BodyContent, TrafficContent } from "./traffic.ts";

/**
 * A request of traffic as it is sent now. Over its own protocol that is the body as it was recorded, with the model that is
 * asked now, and streamed, with usage, so that it can be measured; `parameters` win. Over another protocol it is the same
 * conversation with the same limits; tools stay behind. What only has lengths is made up, with `salt` as in
 * {@linkcode madeUpMessages}, and is to have as many tokens for an answer as it had.
 *
 * `own`: over the protocol that it was recorded over, whichever is asked for.
 *
 * @example
 * ```ts
 * const body = { model: "then", messages: [{ role: "user", content: "Hi" }], max_tokens: 9 };
 * const how = { baseUrl: "http://127.0.0.1:8000/v1", model: "now", key: null };
 * trafficRequest(how, { contents: [{ kind: "body", api: "chat", body }], index: 0 }).body?.["model"]; // "now"
 * ```
 */
export function trafficRequest(
  how: Omit<CompletionRequest, "messages">,
  {
    contents,
    index,
    own = false,
    words = ONE_TO_ONE,
    salt = 0,
  }: {
    readonly contents: readonly TrafficContent[];
    readonly index: number;
    readonly own?: boolean;
    readonly words?: WordCount;
    readonly salt?: number;
  },
): HttpRequest {
  const content = contents[index];
  if (content === undefined) throw new RangeError(`There is no request ${index}`);
  if (content.kind === "lengths") {
    const sampling = { ...how.sampling, exactTokens: content.output };
    const messages = madeUpMessages(content, { words, salt });
    return completionRequest({ ...how, messages, sampling });
  }
  const api = own ? content.api : (how.api ?? "chat");
  if (api !== content.api) {
    const messages = protocolNamed(content.api).conversation(content.body) ?? [];
    return completionRequest({ ...how, api, messages, sampling: samplingIn(content.body) });
  }
  const request = { ...how, api, messages: [] };
  const { model, stream, stream_options: streamOptions } = protocolNamed(api).body(request);
  const options = asObject(streamOptions);
  const body: JsonObject = {
    ...content.body,
    model,
    stream,
    ...(options === null
      ? undefined
      : { stream_options: { ...asObject(content.body["stream_options"]), ...options } }),
    ...how.parameters,
  };
  return { ...completionRequest(request), body };
}

/** Whether the body asks for what only its own protocol can carry. */
export function hasTools({ body }: Pick<BodyContent, "body">): boolean {
  return Array.isArray(body["tools"]) && body["tools"].length > 0;
}

/** What shapes the answer, by the names that all protocols have for it. */
function samplingIn(body: JsonObject): Sampling {
  const limits = [body["max_completion_tokens"], body["max_output_tokens"], body["max_tokens"]];
  const stops = [body["stop"], body["stop_sequences"]].flat();
  const stop = stops.map(asText).filter((text) => text !== null);
  return {
    maxTokens: limits.map(asNumber).find((limit) => limit !== undefined),
    temperature: asNumber(body["temperature"]),
    topP: asNumber(body["top_p"]),
    seed: asNumber(body["seed"]),
    stop: stop.length === 0 ? undefined : stop,
  };
}

function asNumber(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
