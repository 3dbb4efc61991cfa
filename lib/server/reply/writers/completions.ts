import { asArray, asObject, type JsonObject } from "../../../base/json.ts";
import { completions } from "../../../protocols/completions.ts";
import type { CompletionHead } from "../asked.ts";
import { FieldError } from "../asked.ts";
import { promptTokens } from "../prompt_tokens.ts";
import type { Said } from "../said.ts";
import { wholeCompletion } from "../whole_completion.ts";
import { checkFields, choicesIn, onlyOne, refuseFields } from "./fields.ts";
import {
  isDone,
  openaiEnd,
  openaiError,
  openaiErrorEvents,
  openaiModel,
  openaiModels,
} from "./openai_form.ts";
import { asksForUsage, SAMPLING_FIELDS, samplingAsked, UNABLE } from "./openai_request.ts";
import type { ReplyWriter, WrittenEvent } from "./writer.ts";

/** Completions: chunks of text, and `[DONE]`. Reasoning stands in the text, between the tags that models write. */
export const completionsWriter: ReplyWriter = {
  name: "completions",
  check(body) {
    checkFields(body, SAMPLING_FIELDS);
    const { prompt = null } = body;
    if (prompt === null) throw new FieldError("prompt", "is missing: it must be a text, or a list");
    if (typeof prompt !== "string" && asArray(prompt).length === 0) {
      throw new FieldError("prompt", "must be a text, or a list of texts or token ids");
    }
  },
  asked(body) {
    refuseFields(body, [...UNABLE, "echo", "suffix", "tools", "tool_choice"]);
    onlyOne(body, "best_of");
    const prompts = asArray(body["prompt"]);
    const ids = prompts.filter((item) => typeof item === "number").length;
    return {
      ...samplingAsked(body),
      // Token ids are what they are.
      promptTokens: ids > 0 ? ids : promptTokens(completions.conversation(body) ?? []),
      choices: choicesIn(body, { prompts: ids > 0 ? 1 : Math.max(1, prompts.length) }),
      calls: { tools: [], mode: "none", parallel: false, answersTool: false },
    };
  },
  asksForUsage,
  teller,
  whole: (events) => wholeCompletion(events, { object: "text_completion" }),
  streamed: streamedText,
  isEnd: isDone,
  error: openaiError,
  errorEvents: openaiErrorEvents,
  model: openaiModel,
  models: openaiModels,
};

function teller(head: CompletionHead): (said: Said) => readonly WrittenEvent[] {
  const begin = `{"id":"cmpl-${head.id}","object":"text_completion","created":${head.created},"model":${JSON.stringify(head.model)},"choices":`;
  const end = head.withUsage ? `,"usage":null}` : "}";
  const chunk = (choice: number, text: string, finish = "null"): WrittenEvent[] => [
    {
      name: null,
      data: `${begin}[{"index":${choice},"text":${JSON.stringify(text)},"logprobs":null,"finish_reason":${finish}}]${end}`,
    },
  ];
  /** The choices that are reasoning. */
  const thinking = new Set<number>();
  return (said) => {
    switch (said.kind) {
      case "reasoning": {
        const isFirst = !thinking.has(said.choice);
        thinking.add(said.choice);
        return chunk(said.choice, isFirst ? `<think>${said.text}` : said.text);
      }
      case "text":
        return chunk(said.choice, `${thinking.delete(said.choice) ? "</think>" : ""}${said.text}`);
      case "finish":
        return chunk(said.choice, "", `"${said.reason}"`);
      case "end":
        return openaiEnd(head, { begin, counted: said });
      default:
        return [];
    }
  };
}

/** Each choice in one chunk with its text and its end, and the usage, if wanted, in one of its own. */
function streamedText(
  whole: JsonObject,
  { withUsage }: { readonly withUsage: boolean },
): WrittenEvent[] {
  const { choices, usage, ...base } = whole;
  const noUsage = withUsage ? { usage: null } : {};
  const chunks: JsonObject[] = [];
  for (const [index, choice] of asArray(choices).entries()) {
    chunks.push({ ...base, choices: [{ index, ...asObject(choice) }], ...noUsage });
  }
  if (withUsage && asObject(usage) !== null) chunks.push({ ...base, choices: [], usage });
  const data = [...chunks.map((chunk) => JSON.stringify(chunk)), "[DONE]"];
  return data.map((data) => ({ name: null, data }));
}
