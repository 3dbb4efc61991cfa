import { asObject, type JsonObject } from "../../../base/json.ts";
import { type Asked, type AskedForm, FieldError } from "../asked.ts";
import { CANNOT, countIn, type FieldKind, textsIn } from "./fields.ts";

/** The fields that chat completions and completions have in common. */
export const SAMPLING_FIELDS = {
  model: "name!",
  stream: "flag",
  stream_options: "object",
  n: "count",
  max_tokens: "count",
  min_tokens: "amount",
  ignore_eos: "flag",
  stop: "texts",
  temperature: "number",
  top_p: "number",
  seed: "number",
  presence_penalty: "number",
  frequency_penalty: "number",
  response_format: "object",
} as const satisfies Record<string, FieldKind | `${FieldKind}!`>;

/** What of these is more than a simulated model can do. */
export const UNABLE = [
  "logprobs",
  "guided_json",
  "guided_regex",
  "guided_choice",
  "guided_grammar",
  "structured_outputs",
] as const;

/** An object that has something in it. */
const ANY_OBJECT = { type: "object", minProperties: 1 };

/** Whether a request asks for its usage in the stream. */
export function asksForUsage(body: JsonObject): boolean {
  return asObject(body["stream_options"])?.["include_usage"] === true;
}

/** What chat completions and completions ask for in the same fields. */
export function samplingAsked(
  body: JsonObject,
): Pick<Asked, "model" | "maxTokens" | "minTokens" | "ignoresEnd" | "stop" | "form"> {
  return {
    model: String(body["model"]),
    maxTokens: countIn(body, "max_completion_tokens", "max_tokens"),
    minTokens: countIn(body, "min_tokens") ?? 0,
    ignoresEnd: body["ignore_eos"] === true,
    stop: textsIn(body["stop"]),
    form: formatAsked(body["response_format"], {
      field: "response_format",
      schemaIn: (format) => asObject(format["json_schema"])?.["schema"],
      schemaField: "json_schema.schema",
    }),
  };
}

/**
 * The form that an answer is to have; `null` for plain text.
 *
 * @throws {FieldError} for a form that is none of `text`, `json_object` and `json_schema`, or lacks its schema
 */
export function formatAsked(
  given: unknown,
  options: {
    readonly field: string;
    readonly schemaIn: (format: JsonObject) => unknown;
    /** Where the schema stands, behind `field`. */
    readonly schemaField: string;
  },
): AskedForm | null {
  const format = asObject(given);
  if (format === null) return null;
  const { field, schemaIn, schemaField } = options;
  switch (format["type"]) {
    case "text":
      return null;
    case "json_object":
      return { schema: format["schema"] ?? ANY_OBJECT, field: `${field}.schema` };
    case "json_schema": {
      const schema = schemaIn(format);
      const place = `${field}.${schemaField}`;
      if (schema === undefined || schema === null) throw new FieldError(place, "is missing");
      return { schema, field: place };
    }
    default:
      throw new FieldError(`${field}.type`, CANNOT);
  }
}
