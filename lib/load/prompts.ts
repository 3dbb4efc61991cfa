import { parseJson } from "../base/json.ts";
import type { ChatMessage } from "../wire/request.ts";
import type { CacheUse } from "../measure/finished_run.ts";
import { pairOf } from "../measure/cache_pairs.ts";
import { groupOf, type SyntheticLength, syntheticPrompt } from "./synthetic.ts";
import type { WordCount } from "./traffic/made_up_messages.ts";
import type { TrafficContent } from "./traffic/traffic.ts";
import { withUniqueMark } from "./unique_mark.ts";
import { conversationOf, type EntryProblem, isMessageList } from "./prompt_entry.ts";

/** What is asked. Plain data: it goes to worker processes as it is. */
export type PromptSource =
  /** Conversations, taken in turn. */
  | { readonly kind: "list"; readonly conversations: readonly (readonly ChatMessage[])[] }
  /** Seeded words of about so many tokens. */
  | ({ readonly kind: "synthetic" } & SyntheticLength)
  /** Traffic that was recorded: each request is its own. `own`: each over the protocol that it was recorded over. */
  | {
      readonly kind: "traffic";
      readonly contents: readonly TrafficContent[];
      readonly own: boolean;
      /** How the endpoint counts words that are made up. */
      readonly words: WordCount;
    };

/** What is asked where nothing else is. */
export const DEFAULT_PROMPTS: PromptSource = {
  kind: "list",
  conversations: [
    [{ role: "user", content: "Write a short story about a lighthouse keeper and the sea." }],
  ],
};

const PROBLEMS = {
  empty: "there is no prompt in it",
  no_array: "it begins like a JSON array and is none",
  no_object: "is not a JSON object",
  no_messages:
    'has none of "prompt", "messages", "conversations", "instruction", "question" and "text"',
  empty_conversation: "has an empty conversation",
  no_question: "has no turn of the user",
  unknown_role: "has a turn whose role is not known",
  no_content: "has a turn without text",
} satisfies Record<EntryProblem, string> & Record<string, string>;

/** Why a prompt file cannot be used. */
export type PromptProblem = keyof typeof PROBLEMS;

/** Where an entry stands: its line, or its place in an array; both counted from 1, the other `null`. */
export interface EntryPlace {
  readonly line: number | null;
  readonly entry: number | null;
}

/** A prompt file that cannot be used. */
export class PromptError extends Error implements EntryPlace {
  readonly problem: PromptProblem;
  /** The line, or the entry of an array, counted from 1; both `null` when it is about the whole. */
  readonly line: number | null;
  readonly entry: number | null;

  constructor(problem: PromptProblem, { line = null, entry = null }: Partial<EntryPlace> = {}) {
    const place = line === null ? (entry === null ? "" : `entry ${entry} `) : `line ${line} `;
    super(`${place}${PROBLEMS[problem]}`);
    this.name = "PromptError";
    this.problem = problem;
    this.line = line;
    this.entry = entry;
  }
}

/** An entry that is not asked. */
export interface LeftOut extends EntryPlace {
  readonly problem: EntryProblem;
}

/** What a prompt file holds. */
export interface Prompts {
  readonly conversations: readonly (readonly ChatMessage[])[];
  readonly leftOut: readonly LeftOut[];
}

/**
 * The conversations in a prompt file, by the form of its text:
 *
 * - a JSON array of entries, or of the messages of one conversation;
 * - lines of JSON (`.jsonl`), an entry each;
 * - anything else: one prompt a line; empty lines are passed over.
 *
 * The forms of an entry are those of `conversationOf`. One that cannot be asked is left out and told, as data sets of
 * thousands have some; an error it is only when none is left.
 *
 * @throws {PromptError} when there is nothing to ask, with the reason of the first entry.
 *
 * @example
 * ```ts
 * parsePrompts("Why is the sky blue?\nWhat is SSE?\n").conversations.length; // 2
 * parsePrompts('[{"prompt":"Hi"},{}]').leftOut; // [{ problem: "no_messages", line: null, entry: 2 }]
 * ```
 */
export function parsePrompts(text: string): Prompts {
  const conversations: (readonly ChatMessage[])[] = [];
  const leftOut: LeftOut[] = [];
  for (const { line = null, entry = null, found } of entriesIn(text.replace(/^\uFEFF/, ""))) {
    if (typeof found === "string") leftOut.push({ problem: found, line, entry });
    else conversations.push(found);
  }
  if (conversations.length > 0) return { conversations, leftOut };
  const [first] = leftOut;
  throw first === undefined ? new PromptError("empty") : new PromptError(first.problem, first);
}

/** What the messages of a run's requests have in common. */
export interface MessagesOptions {
  readonly cache: CacheUse;
  readonly seed: number;
  /** Of the beginnings that prompts share, where it is another one. Default: `seed`. */
  readonly prefixSeed?: number | undefined;
  readonly system?: string | null;
  /** Of several targets that are asked the same, each has marks of its own: they may have one cache. Default 0. */
  readonly side?: number | undefined;
}

/**
 * The messages of one request, after the system message where there is one. With `cache: "unique"` a seeded mark stands
 * at the very start, also of a system message, so that the endpoint's prompt cache cannot answer for the model: a prefix
 * cache misses from the first token on. With `pairs` each prompt comes twice, with `shared` groups of prompts begin alike.
 */
export function messagesFor(
  source: PromptSource,
  index: number,
  options: MessagesOptions,
): readonly ChatMessage[] {
  const { cache, seed, prefixSeed = seed, side, system = null } = options;
  const instruction: ChatMessage[] = system === null ? [] : [{ role: "system", content: system }];
  const place = cache === "pairs" ? pairOf(index) : index;
  const messages = [...instruction, ...conversationAt(source, place, options)];
  if (cache === "reuse") return messages;
  // Who shares a beginning shares its mark.
  return cache === "shared"
    ? withUniqueMark(messages, { seed: prefixSeed, side, index: groupOf(source, index) })
    : withUniqueMark(messages, { seed, side, index: place });
}

function conversationAt(
  source: PromptSource,
  index: number,
  options: MessagesOptions,
): readonly ChatMessage[] {
  if (source.kind === "list")
    return source.conversations[index % source.conversations.length] ?? [];
  // Its requests are made from what was recorded: `traffic/traffic_request.ts`.
  if (source.kind === "traffic") return [];
  return [{ role: "user", content: syntheticPrompt(source, index, options) }];
}

interface Entry extends Partial<EntryPlace> {
  readonly found: ChatMessage[] | EntryProblem;
}

function* entriesIn(text: string): Generator<Entry> {
  const start = text.trimStart();
  const isArray = start.startsWith("[");
  const first = isArray || start.startsWith("{") ? parseJson(firstLine(start)) : undefined;
  // A document over several lines, or of one: lines of JSON have a whole value in their first.
  const whole =
    isArray || (start.startsWith("{") && first === undefined) ? parseJson(text) : undefined;
  if (Array.isArray(whole) && !isMessageList(whole)) {
    for (const [index, entry] of whole.entries()) {
      yield { entry: index + 1, found: conversationOf(entry) };
    }
  } else if (whole !== undefined) {
    yield { entry: 1, found: conversationOf(whole) };
  } else if (isArray && first === undefined) {
    throw new PromptError("no_array");
  } else {
    yield* linesIn(text, { areJson: first !== undefined });
  }
}

function firstLine(text: string): string {
  return /^[^\r\n]*/.exec(text)?.[0] ?? "";
}

function* linesIn(text: string, { areJson }: { readonly areJson: boolean }): Generator<Entry> {
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() !== "") yield { line: index + 1, found: fromLine(line, areJson) };
  }
}

/** Beside lines of JSON a text in quotes is one, too; alone its quotes belong to the prompt. */
function fromLine(line: string, areJson: boolean): Entry["found"] {
  const start = line.trimStart().charAt(0);
  const value = start === "{" || (areJson && '["'.includes(start)) ? parseJson(line) : undefined;
  if (value !== undefined) return conversationOf(value);
  return start === "{" ? "no_object" : [{ role: "user", content: line }];
}
