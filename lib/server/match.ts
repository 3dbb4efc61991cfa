import { asArray, asObject, asText, type JsonObject } from "../wire/json.ts";
import { lastUserText, type NamedTranscript, plainContent, requestBody } from "./recording.ts";

/** How well a transcript has to fit: `strict` takes the same messages and model only. */
export type Matching = "any" | "strict";

/** What a request is compared by. */
interface Question {
  readonly model: string | null;
  /** The messages in one form; `null` when the request is not known. */
  readonly messages: string | null;
  readonly lastUserText: string | null;
}

interface Candidate {
  readonly recorded: NamedTranscript;
  readonly question: Question;
  /** How many times it has answered. */
  uses: number;
}

/** The transcript that answers, or why none does. */
export type Match =
  | { readonly kind: "found"; readonly recorded: NamedTranscript }
  | { readonly kind: "none"; readonly message: string };

/**
 * Chooses the transcript that answers a request: one with the same messages and model; else one with the same last
 * message of the user; else any. Several that fit equally take turns, in their order.
 *
 * @example
 * ```ts
 * const matcher = new Matcher(transcripts, "any");
 * matcher.match({ model: "m", messages: [{ role: "user", content: "你好" }] });
 * ```
 */
export class Matcher {
  readonly #candidates: readonly Candidate[];
  readonly #matching: Matching;

  constructor(transcripts: readonly NamedTranscript[], matching: Matching) {
    this.#matching = matching;
    this.#candidates = transcripts.map((recorded) => ({
      recorded,
      question: questionOf(requestBody(recorded.transcript)),
      uses: 0,
    }));
  }

  match(body: JsonObject): Match {
    const wanted = questionOf(body);
    const isSame = ({ question }: Candidate): boolean =>
      question.messages === wanted.messages && question.model === wanted.model;
    const asksTheSame = ({ question }: Candidate): boolean =>
      question.lastUserText !== null && question.lastUserText === wanted.lastUserText;
    const rules = this.#matching === "strict" ? [isSame] : [isSame, asksTheSame, () => true];
    for (const rule of rules) {
      const fitting = this.#candidates.filter(rule);
      const next = fitting.toSorted((one, other) => one.uses - other.uses)[0];
      if (next === undefined) continue;
      next.uses++;
      return { kind: "found", recorded: next.recorded };
    }
    return { kind: "none", message: this.#nearest(wanted) };
  }

  #nearest(wanted: Question): string {
    const nearness = ({ question }: Candidate): number =>
      (question.messages === wanted.messages ? 4 : 0) +
      (question.lastUserText === wanted.lastUserText ? 2 : 0) +
      similarity(question.lastUserText ?? "", wanted.lastUserText ?? "") +
      (question.model === wanted.model ? 0.1 : 0);
    const [nearest] = this.#candidates.toSorted((one, other) => nearness(other) - nearness(one));
    const none = "no transcript has these messages and this model";
    if (nearest === undefined) return none;
    return `${none}; the nearest is "${nearest.recorded.name}": ${difference(nearest.question, wanted)}`;
  }
}

function difference(recorded: Question, wanted: Question): string {
  if (recorded.messages === null) return "it does not say what it answers";
  if (recorded.messages === wanted.messages) {
    return `its model is ${shown(recorded.model)}, not ${shown(wanted.model)}`;
  }
  if (recorded.lastUserText === wanted.lastUserText) {
    return "it has the same last message of the user, but others before it";
  }
  return `its last message of the user is ${shown(recorded.lastUserText)}`;
}

function shown(text: string | null): string {
  if (text === null) return "none";
  const characters = Array.from(text);
  return JSON.stringify(
    characters.length > 60 ? `${characters.slice(0, 60).join("")}…` : characters.join(""),
  );
}

function questionOf(body: JsonObject | null): Question {
  if (body === null) return { model: null, messages: null, lastUserText: null };
  const messages = asArray(body["messages"]).map((message) =>
    Object.assign({}, message, { content: plainContent(asObject(message)?.["content"]) }),
  );
  return {
    model: asText(body["model"]),
    messages: JSON.stringify(inOneOrder(messages)),
    lastUserText: lastUserText(body),
  };
}

/** The same value with the keys of its objects in one order. */
function inOneOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inOneOrder);
  const object = asObject(value);
  if (object === null) return value;
  const entries = Object.entries(object).toSorted(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, entry]) => [key, inOneOrder(entry)]));
}

/**
 * How alike two texts are, from 0 to 1: the share of pairs of neighbouring characters that they have in common.
 * https://en.wikipedia.org/wiki/Dice-Sørensen_coefficient
 */
function similarity(one: string, other: string): number {
  const [left, right] = [pairsIn(one), pairsIn(other)];
  const all = left.size + right.size;
  return all === 0 ? 0 : (2 * left.intersection(right).size) / all;
}

function pairsIn(text: string): Set<string> {
  const characters = Array.from(text.slice(0, 1000));
  return new Set(characters.map((character, index) => character + (characters[index + 1] ?? "")));
}
