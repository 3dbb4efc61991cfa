import { asObject, asText } from "../../../base/json.ts";
import { messagesIn } from "../../../protocols/conversation.ts";
import type { CompletionHead } from "../asked.ts";
import { promptTokens } from "../prompt_tokens.ts";
import type { Said } from "../said.ts";
import { streamedCompletion } from "../streamed_completion.ts";
import { wholeCompletion } from "../whole_completion.ts";
import { answersTool, checkFields, choicesIn, checkMessages, refuseFields } from "./fields.ts";
import {
  isDone,
  openaiEnd,
  openaiError,
  openaiErrorEvents,
  openaiModel,
  openaiModels,
} from "./openai_form.ts";
import { asksForUsage, SAMPLING_FIELDS, samplingAsked, UNABLE } from "./openai_request.ts";
import { askedCalls, openaiChoice, toolsIn } from "./tools.ts";
import type { ReplyWriter, WrittenEvent } from "./writer.ts";

const ROLES = ["system", "developer", "user", "assistant", "tool", "function"];

/** Chat completions: chunks without names, and `[DONE]`. */
export const chatWriter: ReplyWriter = {
  name: "chat",
  check(body) {
    checkFields(body, {
      ...SAMPLING_FIELDS,
      messages: "list!",
      max_completion_tokens: "count",
      tools: "objects",
      parallel_tool_calls: "flag",
    });
    checkMessages(body, ROLES);
  },
  asked(body) {
    refuseFields(body, [...UNABLE, "top_logprobs", "audio", "functions", "function_call"]);
    const messages = messagesIn(body["messages"]) ?? [];
    const tools = toolsIn(body["tools"], {
      of: ({ type, function: called }) =>
        type === "function" ? { called: asObject(called) ?? {}, field: ".function" } : null,
      schema: "parameters",
    });
    const choice = openaiChoice(body["tool_choice"], (entry) =>
      asText(asObject(entry["function"])?.["name"]),
    );
    const parallel = body["parallel_tool_calls"] !== false;
    return {
      ...samplingAsked(body),
      promptTokens: promptTokens(messages),
      choices: choicesIn(body),
      calls: askedCalls(tools, { ...choice, parallel, answersTool: answersTool(messages) }),
    };
  },
  asksForUsage,
  teller,
  whole: (events) => wholeCompletion(events),
  streamed: (whole, options) =>
    streamedCompletion(whole, options).map((data) => ({ name: null, data })),
  isEnd: isDone,
  error: openaiError,
  errorEvents: openaiErrorEvents,
  model: openaiModel,
  models: openaiModels,
};

/** The texts are put together by hand: a simulated model under load writes little else. */
function teller(head: CompletionHead): (said: Said) => readonly WrittenEvent[] {
  const begin = `{"id":"chatcmpl-${head.id}","object":"chat.completion.chunk","created":${head.created},"model":${JSON.stringify(head.model)},"choices":`;
  const end = head.withUsage ? `,"usage":null}` : "}";
  const chunk = (choice: number, delta: string, finish = "null"): WrittenEvent[] => [
    {
      name: null,
      data: `${begin}[{"index":${choice},"delta":${delta},"finish_reason":${finish}}]${end}`,
    },
  ];
  return (said) => {
    switch (said.kind) {
      case "accepted":
        return Array.from({ length: head.choices }, (_, choice) =>
          chunk(choice, '{"role":"assistant","content":""}'),
        ).flat();
      case "reasoning":
        return chunk(said.choice, `{"reasoning_content":${JSON.stringify(said.text)}}`);
      case "text":
        return chunk(said.choice, `{"content":${JSON.stringify(said.text)}}`);
      case "call": {
        const { index, id, name } = said;
        const call = { index, id, type: "function", function: { name, arguments: "" } };
        return chunk(said.choice, JSON.stringify({ tool_calls: [call] }));
      }
      case "arguments": {
        const call = { index: said.index, function: { arguments: said.text } };
        return chunk(said.choice, JSON.stringify({ tool_calls: [call] }));
      }
      case "finish":
        return chunk(said.choice, "{}", `"${said.reason}"`);
      case "end":
        return openaiEnd(head, { begin, counted: said });
    }
  };
}
