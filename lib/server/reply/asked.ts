import type { JsonObject } from "../../base/json.ts";

/** What a request asks a simulated model for, whatever the protocol. */
export interface Asked {
  readonly model: string;
  readonly promptTokens: number;
  /** `null`: as many as the model says. */
  readonly maxTokens: number | null;
  /** So many at least, though the model has fewer to say. */
  readonly minTokens: number;
  /** The answer goes on to `maxTokens`. */
  readonly ignoresEnd: boolean;
  /** How many answers there are to be. */
  readonly choices: number;
  /** Texts that an answer ends before. */
  readonly stop: readonly string[];
  readonly calls: AskedCalls;
  /** The form that the answer is to have; `null`: plain text. */
  readonly form: AskedForm | null;
}

/** Which tools may be called, and whether any has to be. */
export interface AskedCalls {
  /** Those that may be called. */
  readonly tools: readonly Tool[];
  /** `one`: this one, once. */
  readonly mode: "none" | "auto" | "required" | "one";
  /** Several calls may be made at once. */
  readonly parallel: boolean;
  /** The conversation ends with what a tool gave. */
  readonly answersTool: boolean;
}

/** A function of the client. */
export interface Tool {
  readonly name: string;
  readonly parameters: AskedForm;
}

/** A JSON schema, and the field of the request that holds it. */
export interface AskedForm {
  readonly schema: unknown;
  readonly field: string;
}

/** A field of a request that is missing, wrong, or more than is done here. The message names it. */
export class FieldError extends Error {
  override readonly name = "FieldError";
  /** As in `tools[0].function.parameters`. */
  readonly field: string;

  /** `problem` goes on after the field's name: `is missing`. */
  constructor(field: string, problem: string) {
    super(`"${field}" ${problem}`);
    this.field = field;
  }
}

/** What a completion is told of itself. */
export interface CompletionHead {
  /** Hexadecimal digits; each protocol puts its own letters before them. */
  readonly id: string;
  readonly model: string;
  /** In seconds since 1970. */
  readonly created: number;
  readonly promptTokens: number;
  /** How many of them came out of a cache; `null` where there is none. */
  readonly cachedTokens: number | null;
  readonly choices: number;
  /** The usage is wanted in the stream. */
  readonly withUsage: boolean;
  /** The body of the request, for what an answer repeats of it. */
  readonly body: JsonObject;
}
