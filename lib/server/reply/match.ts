import { asText, type JsonObject } from "../../base/json.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { protocolNamed } from "../../protocols/protocols.ts";
import type { ChatMessage } from "../../wire/request.ts";
import { inOneOrder } from "./in_one_order.ts";
import { lastUserText, plainContent } from "./question_text.ts";
import { type NamedTranscript, recordedApi, requestBody } from "./recorded_reply.ts";

/** How well a transcript has to fit: `strict` takes the same messages and model only. */
export type Matching = "any" | "strict";

/** What a request is compared by. */
class Question {
  readonly model: string | null;
  readonly lastUserText: string | null;
  readonly isKnown: boolean;
  readonly #messages: readonly ChatMessage[];
  #form: string | null = null;

  /** `null`: the request is not known. */
  constructor(body: JsonObject | null, api: ProtocolName) {
    this.isKnown = body !== null;
    this.model = asText(body?.["model"]);
    this.#messages = body === null ? [] : (protocolNamed(api).conversation(body) ?? []);
    this.lastUserText = lastUserText(this.#messages);
  }

  /** Whether the messages are the same. They are brought into one form only where all else is the same. */
  hasMessagesOf(other: Question): boolean {
    if (!this.isKnown || !other.isKnown) return this.isKnown === other.isKnown;
    return this.lastUserText === other.lastUserText && this.#inOneForm() === other.#inOneForm();
  }

  #inOneForm(): string {
    return (this.#form ??= JSON.stringify(
      this.#messages.map((message) =>
        inOneOrder({ ...message, content: plainContent(message.content) }),
      ),
    ));
  }
}

interface Candidate {
  readonly recorded: NamedTranscript;
  readonly question: Question;
  /** The protocol that it was recorded in; `null` where nobody knows, and so any will do. */
  readonly api: ProtocolName | null;
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
      ...questionOf(recorded),
      uses: 0,
    }));
  }

  /** `api` is the protocol of the request, by default chat completions. */
  match(body: JsonObject, api: ProtocolName = "chat"): Match {
    const wanted = new Question(body, api);
    const candidates = this.#candidates.filter((other) => (other.api ?? api) === api);
    if (candidates.length === 0) return { kind: "none", message: this.#otherProtocols(api) };
    const isSame = ({ question }: Candidate): boolean =>
      question.model === wanted.model && question.hasMessagesOf(wanted);
    const asksTheSame = ({ question }: Candidate): boolean =>
      question.lastUserText !== null && question.lastUserText === wanted.lastUserText;
    const rules = this.#matching === "strict" ? [isSame] : [isSame, asksTheSame, () => true];
    for (const rule of rules) {
      const next = least(candidates.filter(rule), ({ uses }) => uses);
      if (next === null) continue;
      next.uses++;
      return { kind: "found", recorded: next.recorded };
    }
    return { kind: "none", message: nearestOf(candidates, wanted) };
  }

  #otherProtocols(api: ProtocolName): string {
    const others = [...new Set(this.#candidates.map((candidate) => candidate.api ?? api))];
    const paths = others.map((other) => `POST /v1${protocolNamed(other).path}`);
    if (paths.length === 0) return "there are no transcripts";
    const { path } = protocolNamed(api);
    return `no transcript was recorded over ${path}: ask ${paths.join(" or ")}`;
  }
}

/** What a transcript answers, and in which protocol. */
function questionOf({ transcript }: NamedTranscript): Pick<Candidate, "question" | "api"> {
  const api = recordedApi(transcript);
  return { api, question: new Question(requestBody(transcript), api ?? "chat") };
}

function nearestOf(candidates: readonly Candidate[], wanted: Question): string {
  const pairs = pairsIn(wanted.lastUserText ?? "");
  const distance = ({ question }: Candidate): number =>
    (question.hasMessagesOf(wanted) ? 0 : 4) +
    (question.lastUserText === wanted.lastUserText ? 0 : 2) -
    similarity(pairsIn(question.lastUserText ?? ""), pairs) -
    (question.model === wanted.model ? 0.1 : 0);
  const nearest = least(candidates, distance);
  const none = "no transcript has these messages and this model";
  if (nearest === null) return none;
  return `${none}; the nearest is "${nearest.recorded.name}": ${difference(nearest.question, wanted)}`;
}

function difference(recorded: Question, wanted: Question): string {
  if (!recorded.isKnown) return "it does not say what it answers";
  if (recorded.hasMessagesOf(wanted)) {
    return `its model is ${shown(recorded.model)}, not ${shown(wanted.model)}`;
  }
  if (recorded.lastUserText === wanted.lastUserText) {
    return "it has the same last message of the user, but others before it";
  }
  return `its last message of the user is ${shown(recorded.lastUserText)}`;
}

function shown(text: string | null): string {
  if (text === null) return "none";
  // Only as much of it as can be shown: it may have millions of characters.
  const characters = Array.from(text.slice(0, 200));
  return JSON.stringify(
    characters.length > 60 ? `${characters.slice(0, 60).join("")}…` : characters.join(""),
  );
}

/** The first of those with the least value; `null` of none. */
function least<Item>(items: readonly Item[], valueOf: (item: Item) => number): Item | null {
  let found: Item | null = null;
  let lowest = Infinity;
  for (const item of items) {
    const value = valueOf(item);
    if (value < lowest) [found, lowest] = [item, value];
  }
  return found;
}

/**
 * How alike two texts are, from 0 to 1: the share of pairs of neighbouring characters that they have in common.
 * https://en.wikipedia.org/wiki/Dice-Sørensen_coefficient
 */
function similarity(left: Set<string>, right: Set<string>): number {
  const all = left.size + right.size;
  let common = 0;
  for (const pair of left) if (right.has(pair)) common++;
  return all === 0 ? 0 : (2 * common) / all;
}

function pairsIn(text: string): Set<string> {
  const characters = Array.from(text.slice(0, 1000));
  return new Set(characters.map((character, index) => character + (characters[index + 1] ?? "")));
}
