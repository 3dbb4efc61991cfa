export const schema = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer", minimum: 1, maximum: 7 } },
  required: ["city", "days"],
  additionalProperties: false,
};

/** Tools, a choice of them, and a form, in the words of each protocol. */
export const WORDS = {
  chat: {
    tool: (name: string) => ({ type: "function", function: { name, parameters: schema } }),
    choice: (name: string) => ({ type: "function", function: { name } }),
    required: "required",
    none: "none",
    form: { response_format: { type: "json_schema", json_schema: { name: "a", schema } } },
    limit: "max_completion_tokens",
    stop: "stop",
  },
  responses: {
    tool: (name: string) => ({ type: "function", name, parameters: schema }),
    choice: (name: string) => ({ type: "function", name }),
    required: "required",
    none: "none",
    form: { text: { format: { type: "json_schema", name: "a", schema } } },
    limit: "max_output_tokens",
    stop: null,
  },
  messages: {
    tool: (name: string) => ({ name, input_schema: schema }),
    choice: (name: string) => ({ type: "tool", name }),
    required: { type: "any" },
    none: { type: "none" },
    form: { output_config: { format: { type: "json_schema", schema } } },
    limit: "max_tokens",
    stop: "stop_sequences",
  },
} as const;

export const TOOLED = ["chat", "responses", "messages"] as const;
