import { asText, type JsonObject } from "../../base/json.ts";
import { type Reply, type ReplySource, jsonReply, type TimedBytes } from "./reply.ts";
import { promptTokens } from "./prompt_tokens.ts";
import { asksForUsage } from "./request_body.ts";
import { type SimulatedModel, type Simulation, simulate, type TimedChunk } from "./simulate.ts";
import { withRoomForStamp } from "./stamp.ts";
import { wholeCompletion } from "./whole_completion.ts";

/** The name of the simulated model. Requests may give it any other, and get that one back. */
export const SIMULATED_MODEL = "simulated";

/** How requests to a simulated model are answered. */
export interface SimulatedSourceOptions {
  /** The k-th request gets a completion of its own, but the same in every run with this seed. */
  readonly seed: number;
  /** How many requests it works at; more wait in line. Absent: as many as come. */
  readonly concurrency?: number | undefined;
  /** Keep room for the time of sending in each chunk, see {@linkcode withRoomForStamp}. */
  readonly stamp?: boolean | undefined;
  /** The wall clock in ms, for `created`. Default: the system's. */
  readonly now?: (() => number) | undefined;
}

/** A simulated model that answers requests. The head goes out at once, the first token after its time. */
export class SimulatedSource implements ReplySource {
  readonly models: readonly string[] = [SIMULATED_MODEL];
  readonly concurrency: number | undefined;
  readonly #model: SimulatedModel;
  readonly #options: SimulatedSourceOptions;
  #requests = 0;

  constructor(model: SimulatedModel, options: SimulatedSourceOptions) {
    this.#model = model;
    this.#options = options;
    this.concurrency = options.concurrency;
  }

  answer(body: JsonObject): Reply {
    const streamed = body["stream"] === true;
    const now = this.#options.now ?? Date.now;
    const simulation: Simulation = {
      seed: requestSeed(this.#options.seed, this.#requests++),
      model: asText(body["model"]) ?? SIMULATED_MODEL,
      created: Math.floor(now() / 1000),
      promptTokens: promptTokens(body),
      maxTokens: limitOf(body),
      withUsage: !streamed || asksForUsage(body),
    };
    const chunks = (): Iterable<TimedChunk> => simulate(this.#model, simulation);
    if (!streamed) return whole([...chunks()]);
    return {
      head: { status: 200, headers: { "content-type": "text/event-stream" }, at: 0 },
      pieces: { [Symbol.iterator]: () => pieces(chunks(), this.#options.stamp ?? false) },
      end: { kind: "end", at: 0 },
      from: SIMULATED_MODEL,
    };
  }
}

/** Neighbouring seeds and requests have nothing in common. */
function requestSeed(seed: number, request: number): number {
  return Math.imul(seed, 0x9e3779b1) ^ Math.imul(request + 1, 0x85ebca6b);
}

/** The request's limit, under its new name or its old one. */
function limitOf(body: JsonObject): number | null {
  for (const name of ["max_completion_tokens", "max_tokens"]) {
    const limit = body[name];
    if (Number.isSafeInteger(limit) && (limit as number) > 0) return limit as number;
  }
  return null;
}

function whole(chunks: readonly TimedChunk[]): Reply {
  const result = wholeCompletion(chunks.map(({ data }) => data));
  const value = result.kind === "completion" ? result.value : {};
  return jsonReply(value, { at: chunks.at(-1)?.at ?? 0, from: SIMULATED_MODEL });
}

/** Made when they are due, and not all when the request comes: that would delay all streams. */
function* pieces(chunks: Iterable<TimedChunk>, stamp: boolean): Generator<TimedBytes> {
  const encoder = new TextEncoder();
  let text = "";
  let time: number | null = null;
  for (const { data, at } of chunks) {
    // What is sent at the same moment is sent in one piece, as servers do.
    if (time !== null && at !== time) {
      yield { bytes: encoder.encode(text), at: time };
      text = "";
    }
    time = at;
    text += `data: ${stamp ? withRoomForStamp(data) : data}\n\n`;
  }
  if (time !== null) yield { bytes: encoder.encode(text), at: time };
}
