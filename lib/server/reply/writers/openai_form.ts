import type { JsonObject } from "../../../base/json.ts";
import type { WrittenError, WrittenEvent } from "./writer.ts";

/** OpenAI's `{"error":{…}}`. */
export function openaiError({ status, code, message, field }: WrittenError): JsonObject {
  const type = status >= 500 ? "server_error" : "invalid_request_error";
  return { error: { message, type, param: field ?? null, code } };
}

/** The same as an event without a name, which ends a stream of chat completions. */
export function openaiErrorEvents(error: WrittenError): WrittenEvent[] {
  return [{ name: null, data: JSON.stringify(openaiError(error)) }];
}

/** A model, in OpenAI's form. */
export function openaiModel(id: string): JsonObject {
  return { id, object: "model", created: 0, owned_by: "streamgauge" };
}

/** A list of models, in OpenAI's form. */
export function openaiModels(ids: readonly string[]): JsonObject {
  return { object: "list", data: ids.map(openaiModel) };
}

/** Whether data is `[DONE]`. */
export function isDone(data: string): boolean {
  return data.trim() === "[DONE]";
}
