import { seededRandom } from "../../../base/random.ts";
import { type Asked, type AskedForm, FieldError, type Tool } from "../asked.ts";
import type { SaidFinish, SaidOfChoice } from "../said.ts";
import { SchemaError } from "./schema.ts";
import { schemaValue } from "./schema_value.ts";
import { tokensOf, wordsOf } from "./words.ts";

/** How much a simulated model says. */
export interface ScriptModel {
  readonly tokens: number;
  readonly reasoning: number;
  /** How many tokens come at once. */
  readonly chunk: number;
  /** How many tools it calls at once, of those it may. */
  readonly tools: number;
}

/** What one choice says at one time, and what that costs. */
export interface ScriptStep {
  readonly said: readonly SaidOfChoice[];
  readonly tokens: number;
  readonly reasoning: number;
}

/** A request may ask for as many tokens; one that asks for more gets as many as the model says. */
const MOST_TOKENS = 1_000_000;

/** Some of the tokens are of one kind, and belong to one call. */
interface Part {
  readonly kind: "reasoning" | "text" | "arguments";
  readonly tokens: Iterable<string>;
  /** What begins with it. */
  readonly call?: { readonly index: number; readonly id: string; readonly name: string };
}

/**
 * What one choice of a simulated completion says, step by step: reasoning, then an answer of words, one that fits a schema,
 * or calls of tools. At least one step; the last one holds the end. The same seed says the same.
 *
 * What can go wrong goes wrong here, and not while it is told.
 *
 * @throws {FieldError} for a schema that no value fits
 */
export function choiceScript(
  model: ScriptModel,
  asked: Asked,
  { choice, seed, id }: { readonly choice: number; readonly seed: number; readonly id: string },
): Iterable<ScriptStep> {
  const limit = asked.maxTokens ?? Infinity;
  const wanted = Math.max(model.tokens, Math.min(asked.minTokens, MOST_TOKENS));
  const isEndless = asked.ignoresEnd && asked.form === null && limit <= MOST_TOKENS;
  const tokens = isEndless ? limit : wanted;
  const thought: Part = {
    kind: "reasoning",
    tokens: wordsOf(seed ^ 0x7ea50, Math.min(model.reasoning, tokens)),
  };
  const calls = calledTools(model, asked);
  const own = seed ^ 0x3a11;
  const random = seededRandom(own);
  if (calls.length > 0) {
    const parts = calls.map(({ name, parameters }, index): Part => {
      const given = JSON.stringify(valueFor(parameters, random));
      const callId = `call_${id}${choice === 0 ? "" : `_${choice}`}_${index}`;
      return { kind: "arguments", tokens: tokensOf(given), call: { index, id: callId, name } };
    });
    return steps([thought, ...parts], { model, limit, choice, finish: "tool_calls" });
  }
  const answer =
    asked.form === null
      ? wordsOf(own, tokens - Math.min(model.reasoning, tokens))
      : tokensOf(JSON.stringify(valueFor(asked.form, random)));
  const room = Math.max(0, limit - Math.min(model.reasoning, tokens));
  const { tokens: said, stopSequence } = upTo(answer, { stop: asked.stop, room });
  return steps([thought, { kind: "text", tokens: said }], {
    model,
    limit,
    choice,
    finish: isEndless && stopSequence === null ? "length" : "stop",
    stopSequence,
  });
}

/** The tools that are called, in their order; from the first again where there are fewer than are to be called. */
function calledTools({ tools: count }: ScriptModel, { calls }: Asked): Tool[] {
  const { mode, tools, parallel, answersTool } = calls;
  // A question is answered with calls, and what these give with words: so a conversation with tools comes to an end.
  const isCalling = mode === "auto" ? count > 0 && !answersTool : mode !== "none";
  if (!isCalling || tools.length === 0) return [];
  const times = mode === "one" || !parallel ? 1 : Math.max(1, count);
  return Array.from({ length: times }, (_, index) => tools[index % tools.length]).filter(
    (tool) => tool !== undefined,
  );
}

function valueFor({ schema, field }: AskedForm, random: () => number): unknown {
  try {
    return schemaValue(schema, { random });
  } catch (error) {
    if (error instanceof SchemaError) throw new FieldError(field, error.message);
    throw error;
  }
}

/** The tokens before the first text that stops them, and which one that was. */
function upTo(
  tokens: Iterable<string>,
  { stop, room }: { readonly stop: readonly string[]; readonly room: number },
): { readonly tokens: Iterable<string>; readonly stopSequence: string | null } {
  // Without one they are made when they are due, and not all at once.
  if (stop.length === 0) return { tokens, stopSequence: null };
  const all: string[] = [];
  for (const token of tokens) {
    if (all.length >= room) {
      // One more, so that it is known that the limit ended it.
      all.push(token);
      break;
    }
    all.push(token);
  }
  const text = all.slice(0, room).join("");
  let [end, stopSequence]: [number, string | null] = [Infinity, null];
  for (const sequence of stop) {
    const found = text.indexOf(sequence);
    if (found !== -1 && found < end) [end, stopSequence] = [found, sequence];
  }
  if (stopSequence === null) return { tokens: all, stopSequence };
  const kept: string[] = [];
  for (let at = 0, index = 0; at < end; index++) {
    const token = all[index] ?? "";
    kept.push(token.slice(0, end - at));
    at += token.length;
  }
  return { tokens: kept, stopSequence };
}

interface StepsOptions {
  readonly model: ScriptModel;
  readonly limit: number;
  readonly choice: number;
  readonly finish: SaidFinish;
  readonly stopSequence?: string | null;
}

/** The same steps each time that they are asked for. */
function steps(parts: readonly Part[], options: StepsOptions): Iterable<ScriptStep> {
  return { [Symbol.iterator]: () => stepsOf(parts, options) };
}

/** Each step but the last is given when the one behind it is known: only so the last is known to be it. */
function* stepsOf(parts: readonly Part[], options: StepsOptions): Generator<ScriptStep, void> {
  const { model, limit, choice, stopSequence = null } = options;
  let left = limit;
  let isCut = false;
  let last: ScriptStep = { said: [], tokens: 0, reasoning: 0 };
  for (const part of parts) {
    let call = part.call;
    for (const { text, count, isWhole } of chunks(part.tokens, { size: model.chunk, left })) {
      if (last.tokens > 0) yield last;
      isCut ||= !isWhole;
      left -= count;
      const said: SaidOfChoice[] = call === undefined ? [] : [{ kind: "call", choice, ...call }];
      call = undefined;
      if (part.kind === "arguments") {
        said.push({ kind: "arguments", choice, index: part.call?.index ?? 0, text });
      } else said.push({ kind: part.kind, choice, text });
      last = { said, tokens: count, reasoning: part.kind === "reasoning" ? count : 0 };
    }
    if (isCut) break;
    // What would come now has no room any more.
    if (left === 0 && hasMore(parts, part)) isCut = true;
    if (isCut) break;
  }
  const reason = isCut ? "length" : options.finish;
  const finish: SaidOfChoice = {
    kind: "finish",
    choice,
    reason,
    stopSequence: isCut ? null : stopSequence,
  };
  yield { ...last, said: [...last.said, finish] };
}

function hasMore(parts: readonly Part[], part: Part): boolean {
  const next = parts[parts.indexOf(part) + 1];
  if (next === undefined) return false;
  for (const _ of next.tokens) return true;
  return hasMore(parts, next);
}

/** The tokens in chunks, no more than `left` in all. The last chunk is not whole where more would have come. */
function* chunks(
  tokens: Iterable<string>,
  { size, left }: { readonly size: number; readonly left: number },
): Generator<{ readonly text: string; readonly count: number; readonly isWhole: boolean }, void> {
  let text = "";
  let count = 0;
  let given = 0;
  for (const token of tokens) {
    if (given + count === left) {
      if (count > 0) yield { text, count, isWhole: false };
      return;
    }
    if (count === size) {
      yield { text, count, isWhole: true };
      given += count;
      [text, count] = ["", 0];
    }
    text += token;
    count++;
  }
  if (count > 0) yield { text, count, isWhole: true };
}
