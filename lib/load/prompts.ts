import { asArray, asObject, asText, type JsonObject, parseJson } from "../wire/json.ts";
import type { ChatMessage } from "../wire/request.ts";
import { seededRandom } from "../wire/random.ts";

/** What is asked. Plain data: it goes to worker processes as it is. */
export type PromptSource =
  /** Conversations, taken in turn. */
  | { readonly kind: "list"; readonly conversations: readonly (readonly ChatMessage[])[] }
  /** Seeded words of about so many tokens. */
  | { readonly kind: "synthetic"; readonly words: number };

const PROBLEMS = {
  empty: "there is no prompt in it",
  no_array: "it begins like a JSON array and is none",
  no_object: "is not a JSON object",
  no_messages: 'has neither "prompt", "messages" nor "conversations"',
};

/** Why a prompt file cannot be used. */
export type PromptProblem = keyof typeof PROBLEMS;

/** A prompt file that cannot be used. */
export class PromptError extends Error {
  readonly problem: PromptProblem;
  /** The line, or the entry of an array, counted from 1; `null` when it is about the whole. */
  readonly line: number | null;
  readonly entry: number | null;

  constructor(
    problem: PromptProblem,
    {
      line = null,
      entry = null,
    }: { readonly line?: number | null; readonly entry?: number | null } = {},
  ) {
    const place = line === null ? (entry === null ? "" : `entry ${entry} `) : `line ${line} `;
    super(`${place}${PROBLEMS[problem]}`);
    this.name = "PromptError";
    this.problem = problem;
    this.line = line;
    this.entry = entry;
  }
}

/**
 * The conversations in a prompt file, by the form of its text:
 *
 * - a JSON array: ShareGPT's, of objects with `conversations`, of which the turns up to the last one of the user count;
 * - lines of JSON objects (`.jsonl`): each with `prompt`, `messages`, or `conversations`;
 * - anything else: one prompt a line; empty lines are passed over.
 *
 * @throws {PromptError} when a line cannot be read, or there is no prompt at all.
 *
 * @example
 * ```ts
 * parsePrompts("Why is the sky blue?\nWhat is SSE?\n").length; // 2
 * ```
 */
export function parsePrompts(text: string): ChatMessage[][] {
  const whole = text.replace(/^\uFEFF/, "");
  const conversations = whole.trimStart().startsWith("[")
    ? parseArray(whole)
    : whole.split(/\r?\n/).flatMap((line, index) => parseLine(line, index + 1));
  if (conversations.length === 0) throw new PromptError("empty");
  return conversations;
}

/**
 * The messages of one request, after the system message where there is one. With `cache: "unique"` a seeded mark stands
 * at the very start, also of a system message, so that the endpoint's prompt cache cannot answer for the model: a prefix
 * cache misses from the first token on.
 */
export function messagesFor(
  source: PromptSource,
  index: number,
  options: {
    readonly cache: "unique" | "reuse";
    readonly seed: number;
    readonly system?: string | null;
  },
): readonly ChatMessage[] {
  const { system = null } = options;
  const instruction: ChatMessage[] = system === null ? [] : [{ role: "system", content: system }];
  const messages = [...instruction, ...conversationAt(source, index, options)];
  if (options.cache === "reuse") return messages;
  const [first, ...rest] = messages;
  return first === undefined
    ? []
    : [{ ...first, content: marked(first.content, mark(options.seed, index)) }, ...rest];
}

function conversationAt(
  source: PromptSource,
  index: number,
  options: { readonly cache: "unique" | "reuse"; readonly seed: number },
): readonly ChatMessage[] {
  if (source.kind === "list")
    return source.conversations[index % source.conversations.length] ?? [];
  return [{ role: "user", content: syntheticText(source.words, promptSeed(options, index)) }];
}

/** Short common words: nearly every tokenizer has each of them as one token. */
const WORDS = (
  "time people year way day man thing woman life child world school state family student group country problem hand " +
  "part place case week company system program question work government number night point home water room mother " +
  "area money story fact month lot right study book eye job word business issue side kind head house service friend " +
  "father power hour game line end member law car city community name president team minute idea body information"
).split(" ");

/** So many seeded words that read like a text without meaning. */
export function syntheticText(words: number, seed: number): string {
  const random = seededRandom(seed);
  const chosen = Array.from({ length: words }, () => WORDS[Math.floor(random() * WORDS.length)]);
  return chosen.join(" ");
}

/** With `reuse` every request has the same text: that is what the cache is tried with. */
function promptSeed({ cache, seed }: { cache: string; seed: number }, index: number): number {
  return cache === "reuse" ? seed : seed + Math.imul(index + 1, 0x9e3779b1);
}

function mark(seed: number, index: number): string {
  const random = seededRandom(seed ^ Math.imul(index + 1, 0x85ebca6b));
  const part = (): string =>
    Math.floor(random() * 36 ** 5)
      .toString(36)
      .padStart(5, "0");
  return `[${part()}${part()}]`;
}

function marked(content: ChatMessage["content"], mark: string): ChatMessage["content"] {
  return typeof content === "string"
    ? `${mark} ${content}`
    : [{ type: "text", text: mark }, ...content];
}

function parseArray(text: string): ChatMessage[][] {
  const value = parseJson(text);
  if (!Array.isArray(value)) throw new PromptError("no_array");
  return value.map((entry, index) => {
    const conversation = conversationOf(asObject(entry));
    if (conversation === null) {
      throw new PromptError("no_messages", { entry: index + 1 });
    }
    return conversation;
  });
}

function parseLine(line: string, number: number): ChatMessage[][] {
  if (line.trim() === "") return [];
  if (!line.trimStart().startsWith("{")) return [[{ role: "user", content: line }]];
  const value = asObject(parseJson(line));
  if (value === null) throw new PromptError("no_object", { line: number });
  const conversation = conversationOf(value);
  if (conversation === null) {
    throw new PromptError("no_messages", { line: number });
  }
  return [conversation];
}

function conversationOf(value: JsonObject | null): ChatMessage[] | null {
  if (value === null) return null;
  const prompt = asText(value["prompt"]);
  if (prompt !== null) return [{ role: "user", content: prompt }];
  const messages = asArray(value["messages"]).map(messageOf);
  if (messages.length > 0) return messages.every((message) => message !== null) ? messages : null;
  const turns = asArray(value["conversations"]).map(turnOf);
  const known = turns.every((turn) => turn !== null) ? turns : [];
  const last = known.findLastIndex((turn) => turn.role === "user");
  return last === -1 ? null : known.slice(0, last + 1);
}

const ROLES = new Set(["system", "user", "assistant", "tool", "developer"]);

function messageOf(value: unknown): ChatMessage | null {
  const message = asObject(value);
  const content = message?.["content"];
  if (message === null || !ROLES.has(String(message["role"]))) return null;
  return typeof content === "string" || Array.isArray(content)
    ? (message as unknown as ChatMessage)
    : null;
}

const SPEAKERS: Readonly<Record<string, ChatMessage["role"]>> = {
  human: "user",
  user: "user",
  gpt: "assistant",
  assistant: "assistant",
  system: "system",
};

function turnOf(value: unknown): ChatMessage | null {
  const turn = asObject(value);
  const role = SPEAKERS[String(turn?.["from"] ?? turn?.["role"])];
  const content = asText(turn?.["value"] ?? turn?.["content"]);
  return role === undefined || content === null ? null : { role, content };
}
