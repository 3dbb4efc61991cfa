import { seededRandom } from "../base/random.ts";
import type { Micros } from "../base/time.ts";
import { callingMessage, toolMessage } from "../protocols/conversation.ts";
import type { Choice } from "../chat/reading.ts";
import type { ChatMessage } from "../wire/request.ts";
import { type LoadPlan, type PlannedRequest, plannedRequests } from "./plan.ts";
import type { CacheUse } from "../measure/finished_run.ts";
import type { MessagesOptions, PromptSource } from "./prompts.ts";
import { syntheticText } from "./synthetic.ts";
import { withUniqueMark } from "./unique_mark.ts";

/** How users talk: one turn after the other, each with all that was said before. */
export interface Conversations {
  /** So many turns at most. */
  readonly turns: number;
  /** How long a user thinks before each turn but the first, in µs: evenly spread between the two. */
  readonly think: { readonly from: Micros; readonly to: Micros } | null;
}

/** What one process sends in one place, one request after the other. */
export interface Planned {
  /** Of the first request; `null` in a closed loop. */
  readonly scheduled: Micros | null;
  /** One, the two of a pair, or the turns of a conversation. */
  readonly requests: readonly PlannedRequest[];
}

/**
 * Everything that a run is to send, in order: single requests, prompts twice, or whole conversations. As many conversations are begun as
 * it takes for so many requests; each is asked to its end.
 */
export function* plannedOf({
  plan,
  prompts,
  conversations,
  cache,
}: {
  readonly plan: LoadPlan;
  readonly prompts: PromptSource;
  readonly conversations?: Conversations | undefined;
  readonly cache: CacheUse;
}): Generator<Planned> {
  const most = "requests" in plan.until ? plan.until.requests : Infinity;
  if (cache === "pairs") {
    for (let index = 0; index < most; index += 2) {
      const pair = (["cold", "warm"] as const).map((pair, half): PlannedRequest => ({
        index: index + half,
        scheduled: null,
        pair,
      }));
      yield { scheduled: null, requests: pair };
    }
    return;
  }
  if (conversations === undefined) {
    for (const planned of plannedRequests(plan)) {
      yield { scheduled: planned.scheduled, requests: [planned] };
    }
    return;
  }
  for (let conversation = 0, first = 0; first < most; conversation++) {
    const of = turnsIn(prompts, conversation, conversations);
    const requests = Array.from({ length: of }, (_, turn): PlannedRequest => ({
      index: first + turn,
      scheduled: null,
      turn: { conversation, number: turn + 1, of },
    }));
    yield { scheduled: null, requests };
    first += of;
  }
}

/** How many turns a conversation has. */
function turnsIn(
  source: PromptSource,
  conversation: number,
  { turns }: Pick<Conversations, "turns">,
): number {
  const talk = talkAt(source, conversation);
  return talk === null ? turns : Math.min(turns, talk.length);
}

/**
 * What the user says in each turn of a conversation: the first holds what stands before it, too, such as the system's
 * message. Conversations of a file are asked turn by turn, without the answers that stand in it; where a file holds nothing
 * but single questions, those that follow each other are the turns.
 *
 * @example
 * ```ts
 * const source = { kind: "list", conversations: [[{ role: "user", content: "Hi" }]] } as const;
 * const options = { turns: 2, cache: "reuse", seed: 1 } as const;
 * userTurns(source, 0, options).length; // 2
 * ```
 */
export function userTurns(
  source: PromptSource,
  conversation: number,
  options: MessagesOptions & Pick<Conversations, "turns">,
): (readonly ChatMessage[])[] {
  const { turns, cache, seed, side, system = null } = options;
  const said = saidIn(source, conversation, { turns, cache, seed }).slice(0, turns);
  if (said.length === 0) return [];
  const instruction: ChatMessage[] = system === null ? [] : [{ role: "system", content: system }];
  const [first = [], ...others] = said;
  const opening = [...instruction, ...first];
  return [
    cache === "reuse" ? opening : withUniqueMark(opening, { seed, side, index: conversation }),
    ...others,
  ];
}

function saidIn(
  source: PromptSource,
  conversation: number,
  { turns, cache, seed }: Pick<MessagesOptions, "cache" | "seed"> & Pick<Conversations, "turns">,
): (readonly ChatMessage[])[] {
  const talk = talkAt(source, conversation);
  if (talk !== null) return talk;
  // Recorded traffic has conversations of its own: `traffic/run_traffic.ts`.
  if (source.kind === "traffic") return [];
  const base = cache === "reuse" ? 0 : Math.imul(conversation + 1, 0x9e3779b1);
  return Array.from({ length: turns }, (_, turn) => {
    if (source.kind === "list") {
      const { conversations: all } = source;
      return all[(conversation * turns + turn) % all.length] ?? [];
    }
    const words = syntheticText(source.words, (seed + base) ^ Math.imul(turn, 0x85ebca6b));
    return [{ role: "user", content: words }];
  });
}

/** The turns of a conversation of a file; `null` where the file has single questions, or there is none. */
function talkAt(source: PromptSource, conversation: number): ChatMessage[][] | null {
  if (source.kind !== "list" || !hasTalks(source)) return null;
  const { conversations: all } = source;
  return turnsOf(all[conversation % all.length] ?? []);
}

const TALKS = new WeakMap<object, boolean>();

/** Looked up for every conversation of a run: a file may hold ten thousands. */
function hasTalks(source: Extract<PromptSource, { kind: "list" }>): boolean {
  const known = TALKS.get(source);
  if (known !== undefined) return known;
  const found = source.conversations.some((messages) => turnsOf(messages).length > 1);
  TALKS.set(source, found);
  return found;
}

/** What is said between two answers, as far as the user says something. */
function turnsOf(messages: readonly ChatMessage[]): ChatMessage[][] {
  const turns: ChatMessage[][] = [];
  let turn: ChatMessage[] = [];
  let isOpen = false;
  for (const message of messages) {
    // The results of tools belong to calls that were made in other answers.
    if (message.role === "tool") continue;
    if (message.role !== "assistant") turn.push(message);
    isOpen ||= message.role === "user";
    if (message.role !== "assistant" || !isOpen) continue;
    turns.push(turn);
    [turn, isOpen] = [[], false];
  }
  return isOpen ? [...turns, turn] : turns;
}

/**
 * An answer as a message of the conversation. Tools that it calls are answered with nothing, since no tool is run: without
 * an answer to each call an endpoint takes no further turn.
 */
export function answerMessages(
  answer: Pick<Choice, "content" | "toolCalls"> | undefined,
): ChatMessage[] {
  const { content = "", toolCalls = [] } = answer ?? {};
  const calls = toolCalls.map(({ id, name, arguments: given, index }) => ({
    id: id ?? `call_${index}`,
    name: name ?? "",
    arguments: given,
  }));
  if (calls.length === 0) return [{ role: "assistant", content }];
  return [callingMessage(content, calls), ...calls.map(({ id }) => toolMessage(id, "{}"))];
}

/** How long the user of a conversation thinks before a turn (counted from 1), in µs. */
export function thinkTime(
  { think }: Pick<Conversations, "think">,
  {
    seed,
    conversation,
    number,
  }: { readonly seed: number; readonly conversation: number; readonly number: number },
): Micros {
  if (think === null) return 0;
  const mixed = seed ^ Math.imul(conversation + 1, 0x27d4eb2f) ^ Math.imul(number, 0x165667b1);
  return Math.round(think.from + (think.to - think.from) * seededRandom(mixed)());
}
