import { seededRandom } from "../../base/random.ts";
import type { Micros } from "../../base/time.ts";

/** A model that is only simulated. Times are in µs. */
export interface SimulatedModel {
  /** From the request to the first token. */
  readonly ttft: Micros;
  /** Tokens a second after that. */
  readonly tps: number;
  /** The tokens of an answer, its reasoning included. A request's `max_tokens` may end it sooner. */
  readonly tokens: number;
  /** How many of the tokens are reasoning, at the beginning. */
  readonly reasoning: number;
  /** How many tokens come in one chunk. */
  readonly chunk: number;
  /** How far a gap, and the time to the first token, may be off, as a share: 0.1 is up to 10 % either way. */
  readonly jitter: number;
}

/** What one simulated completion is to say. */
export interface Simulation {
  /** The same seed gives the same completion, to the byte and the µs. */
  readonly seed: number;
  readonly model: string;
  /** When it was asked, in seconds since 1970, for `created`. */
  readonly created: number;
  readonly promptTokens: number;
  /** The request's own limit of tokens. */
  readonly maxTokens: number | null;
  /** As OpenAI does it: `usage: null` on each chunk, and a last chunk that holds the counts. */
  readonly withUsage: boolean;
}

/** The data of an event, and when it is sent: µs since the request. */
export interface TimedChunk {
  readonly data: string;
  readonly at: Micros;
}

/** Each is one token, the blank included. */
const WORDS =
  "the of and to in a is that it was for on are as with his they at be this from have or by one had not but what all were when we there can an your which their said if do will each about how up out them then she many some so these would other into has more her two like him see time could no make than first been its who now people my made over did down only way find use may water long little very after words called just where most know".split(
    " ",
  );

/**
 * Simulates a completion: the chunks that a model of these parameters sends, each at its time. It is pure.
 *
 * The first chunk holds only the role, as OpenAI's does; the first token comes with it, at `ttft`. The n-th chunk of
 * tokens comes `n · chunk / tps` later, but for the jitter. The usage is exact.
 *
 * @example
 * ```ts
 * const model = { ttft: 300_000, tps: 80, tokens: 2, reasoning: 0, chunk: 1, jitter: 0 };
 * const options = { seed: 1, model: "m", created: 0, promptTokens: 5, maxTokens: null, withUsage: true };
 * [...simulate(model, options)].map(({ at }) => at); // [300000, 300000, 312500, 312500, 312500, 312500]
 * ```
 */
export function* simulate(model: SimulatedModel, options: Simulation): Generator<TimedChunk, void> {
  const random = seededRandom(options.seed);
  const varied = (time: number): number => time * (1 + model.jitter * (2 * random() - 1));
  const id = `chatcmpl-${Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, "0")}`;
  const head = `{"id":"${id}","object":"chat.completion.chunk","created":${options.created},"model":${JSON.stringify(options.model)},"choices":`;
  const tail = options.withUsage ? `,"usage":null}` : "}";
  const chunk = (delta: string, finish = "null"): string =>
    `${head}[{"index":0,"delta":${delta},"finish_reason":${finish}}]${tail}`;
  const tokens = Math.min(model.tokens, options.maxTokens ?? Infinity);
  const reasoning = Math.min(model.reasoning, tokens);

  let time = varied(model.ttft);
  yield { data: chunk('{"role":"assistant","content":""}'), at: Math.round(time) };
  for (let sent = 0; sent < tokens;) {
    if (sent > 0) time += varied((model.chunk / model.tps) * 1e6);
    const isReasoning = sent < reasoning;
    const count = Math.min(model.chunk, (isReasoning ? reasoning : tokens) - sent);
    let text = "";
    for (let token = 0; token < count; token++, sent++) {
      const word = WORDS[Math.floor(random() * WORDS.length)] ?? "";
      text += sent === 0 || sent === reasoning ? word : ` ${word}`;
    }
    const field = isReasoning ? "reasoning_content" : "content";
    yield { data: chunk(`{"${field}":"${text}"}`), at: Math.round(time) };
  }
  const at = Math.round(time);
  yield { data: chunk("{}", tokens < model.tokens ? '"length"' : '"stop"'), at };
  if (options.withUsage) {
    const usage = {
      prompt_tokens: options.promptTokens,
      completion_tokens: tokens,
      total_tokens: options.promptTokens + tokens,
      ...(reasoning === 0 ? {} : { completion_tokens_details: { reasoning_tokens: reasoning } }),
    };
    yield { data: `${head}[],"usage":${JSON.stringify(usage)}}`, at };
  }
  yield { data: "[DONE]", at };
}
