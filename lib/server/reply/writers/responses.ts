import { asArray, asObject, asText, type JsonObject, parseJson } from "../../../base/json.ts";
import { responses } from "../../../protocols/responses.ts";
import { type CompletionHead, FieldError } from "../asked.ts";
import { promptTokens } from "../prompt_tokens.ts";
import type { Said } from "../said.ts";
import { answersTool, checkFields, countIn, onlyOne, refuseFields } from "./fields.ts";
import { openaiError, openaiModel, openaiModels } from "./openai_form.ts";
import { formatAsked } from "./openai_request.ts";
import { ResponseEvents } from "./response_events.ts";
import { askedCalls, openaiChoice, toolsIn } from "./tools.ts";
import { endsResponse, wholeResponse } from "./whole_response.ts";
import type { ReplyWriter, WrittenError, WrittenEvent } from "./writer.ts";

/** Responses: events with names and numbers, of which the last repeats the whole. */
export const responsesWriter: ReplyWriter = {
  name: "responses",
  check(body) {
    checkFields(body, {
      model: "name!",
      stream: "flag",
      instructions: "text",
      max_output_tokens: "count",
      temperature: "number",
      top_p: "number",
      tools: "objects",
      parallel_tool_calls: "flag",
      text: "object",
      reasoning: "object",
    });
    const { input = null } = body;
    const isList = Array.isArray(input) && input.length > 0;
    if (input === null) throw new FieldError("input", "is missing: it must be a text, or items");
    if (typeof input !== "string" && !isList) {
      throw new FieldError("input", "must be a text, or a list of items that is not empty");
    }
    for (const [index, item] of asArray(input).entries()) {
      if (asObject(item) === null) throw new FieldError(`input[${index}]`, "must be an object");
    }
  },
  asked(body) {
    refuseFields(body, ["previous_response_id", "conversation", "background", "prompt", "stop"]);
    refuseFields(body, ["top_logprobs", "seed"]);
    onlyOne(body, "n");
    const messages = responses.conversation(body) ?? [];
    const tools = toolsIn(body["tools"], {
      of: (entry) => (entry["type"] === "function" ? { called: entry, field: "" } : null),
      schema: "parameters",
    });
    const choice = openaiChoice(body["tool_choice"], ({ name }) => asText(name));
    const parallel = body["parallel_tool_calls"] !== false;
    return {
      model: String(body["model"]),
      promptTokens: promptTokens(messages),
      maxTokens: countIn(body, "max_output_tokens"),
      minTokens: 0,
      ignoresEnd: false,
      choices: 1,
      stop: [],
      calls: askedCalls(tools, { ...choice, parallel, answersTool: answersTool(messages) }),
      form: formatAsked(asObject(body["text"])?.["format"], {
        field: "text.format",
        schemaIn: ({ schema }) => schema,
        schemaField: "schema",
      }),
    };
  },
  asksForUsage: () => true,
  teller: (head) => new ResponseTeller(head).tell,
  whole: wholeResponse,
  streamed(whole) {
    const events = new ResponseEvents();
    const begun = { ...whole, status: "in_progress", output: [], usage: null };
    const told = [events.response("created", begun), events.response("in_progress", begun)];
    for (const item of asArray(whole["output"])) told.push(...events.item(asObject(item) ?? {}));
    return [...told, events.response(asText(whole["status"]) ?? "completed", whole)];
  },
  isEnd: endsResponse,
  error: openaiError,
  errorEvents,
  model: openaiModel,
  models: openaiModels,
};

/** The error, and the response that failed by it: some clients heed the one, some the other. */
function errorEvents({ code, message }: WrittenError, before: readonly string[]): WrittenEvent[] {
  const events = new ResponseEvents();
  const told = before.map((data) => asObject(parseJson(data)) ?? {});
  const response = told.map((event) => asObject(event["response"])).find((found) => found !== null);
  for (const event of told) if (typeof event["type"] === "string") events.skip();
  return [
    events.other("error", { code, message, param: null }),
    events.response("failed", {
      object: "response",
      ...response,
      status: "failed",
      error: { code, message },
    }),
  ];
}

class ResponseTeller {
  readonly #head: CompletionHead;
  readonly #events = new ResponseEvents();
  #finish: JsonObject = {};
  /** What is being said: a kind, and of a call its place. */
  #open: string | null = null;

  constructor(head: CompletionHead) {
    this.#head = head;
  }

  tell = (said: Said): readonly WrittenEvent[] => {
    const events = this.#events;
    const { id } = this.#head;
    switch (said.kind) {
      case "accepted": {
        const begun = this.#response("in_progress");
        return [events.response("created", begun), events.response("in_progress", begun)];
      }
      case "reasoning":
        return [
          ...this.#turnTo(
            "reasoning",
            { id: `rs_${id}`, type: "reasoning", summary: [] },
            {
              type: "summary_text",
              text: "",
            },
          ),
          ...events.addText(said.text),
        ];
      case "text": {
        const item = {
          id: `msg_${id}`,
          type: "message",
          status: "",
          role: "assistant",
          content: [],
        };
        const part = { type: "output_text", text: "", annotations: [], logprobs: [] };
        return [...this.#turnTo("text", item, part), ...events.addText(said.text)];
      }
      case "call": {
        const { index, id: callId, name } = said;
        const item = { id: `fc_${id}_${index}`, type: "function_call", status: "" };
        return this.#turnTo(`call ${index}`, { ...item, call_id: callId, name, arguments: "" });
      }
      case "arguments":
        return events.addArguments(said.text);
      case "finish": {
        const isCut = said.reason === "length";
        this.#finish = isCut ? { incomplete_details: { reason: "max_output_tokens" } } : {};
        return events.end(isCut ? "incomplete" : "completed");
      }
      case "end": {
        const { promptTokens, cachedTokens } = this.#head;
        const { completionTokens, reasoningTokens } = said;
        const usage = {
          input_tokens: promptTokens,
          input_tokens_details: { cached_tokens: cachedTokens ?? 0 },
          output_tokens: completionTokens,
          output_tokens_details: { reasoning_tokens: reasoningTokens },
          total_tokens: promptTokens + completionTokens,
        };
        const status = "incomplete_details" in this.#finish ? "incomplete" : "completed";
        const rest = { ...this.#finish, output: events.output, usage };
        return [events.response(status, { ...this.#response(status), ...rest })];
      }
    }
  };

  /** Ends what was being said, and begins another item, unless it is the same. */
  #turnTo(open: string, item: JsonObject, part?: JsonObject): WrittenEvent[] {
    if (this.#open === open) return [];
    this.#open = open;
    return [
      ...this.#events.end(),
      ...this.#events.begin(item),
      ...(part === undefined ? [] : this.#events.beginText(part)),
    ];
  }

  /** A response repeats what was asked. */
  #response(status: string): JsonObject {
    const { id, created, model, body } = this.#head;
    return {
      id: `resp_${id}`,
      object: "response",
      created_at: created,
      status,
      background: false,
      error: null,
      incomplete_details: null,
      instructions: body["instructions"] ?? null,
      max_output_tokens: body["max_output_tokens"] ?? null,
      metadata: body["metadata"] ?? {},
      model,
      output: [],
      parallel_tool_calls: body["parallel_tool_calls"] ?? true,
      previous_response_id: null,
      reasoning: body["reasoning"] ?? { effort: null, summary: null },
      store: body["store"] ?? true,
      temperature: body["temperature"] ?? 1,
      text: body["text"] ?? { format: { type: "text" } },
      tool_choice: body["tool_choice"] ?? "auto",
      tools: body["tools"] ?? [],
      top_p: body["top_p"] ?? 1,
      truncation: body["truncation"] ?? "disabled",
      usage: null,
      user: null,
    };
  }
}
