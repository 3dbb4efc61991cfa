import { seededRandom } from "../../base/random.ts";
import type { Micros } from "../../base/time.ts";
import type { Asked } from "./asked.ts";
import type { Said } from "./said.ts";
import { firstTokenTime } from "./simulated/prefill.ts";
import { choiceScript, type ScriptStep } from "./simulated/choice_script.ts";

/** A model that is only simulated. Times are in µs. */
export interface SimulatedModel {
  /** From the request to the first token. */
  readonly ttft: Micros;
  /** From the request to the word that it was accepted, where the protocol has one. Absent: with the first token. */
  readonly accepted?: Micros | undefined;
  /** Tokens a second after the first. */
  readonly tps: number;
  /** The tokens of an answer in words, its reasoning included. A request's `max_tokens` may end it sooner. */
  readonly tokens: number;
  /** How many of the tokens are reasoning, at the beginning. */
  readonly reasoning: number;
  /** How many tokens come in one chunk. */
  readonly chunk: number;
  /** How far a gap, and the time to the first token, may be off, as a share: 0.1 is up to 10 % either way. */
  readonly jitter: number;
  /** Tokens of a prompt a second, on top of `ttft`. Absent: the length of a prompt costs nothing. */
  readonly prefill?: number | undefined;
  /** What it was asked before, it need not read again: from the beginning of a prompt on. Default `false`. */
  readonly cache?: boolean | undefined;
  /** How many tools it calls at once where it may; 0 calls none unless it has to. Default 1. */
  readonly tools?: number | undefined;
}

/** One simulated completion. */
export interface Simulation {
  /** Hexadecimal digits, for the names that the completion gets. */
  readonly id: string;
  /** What is said, each at its time, and never before the one before. */
  readonly said: Iterable<Said>;
}

/**
 * Simulates a completion: what a model of these parameters says, each at its time, whatever the protocol it is told in. It
 * is pure: the same seed gives the same completion, to the byte and the µs.
 *
 * The first token comes at `ttft`, later by what it takes to read the prompt; the n-th chunk of tokens `n · chunk / tps` later, but for the jitter. Several choices
 * have their n-th chunks at the same time. The counts are exact.
 *
 * @throws {FieldError} for a schema in the request that no value fits
 *
 * @example
 * ```ts
 * const model = { ttft: 300_000, tps: 80, tokens: 2, reasoning: 0, chunk: 1, jitter: 0 };
 * const calls = { tools: [], mode: "none", parallel: false, answersTool: false } as const;
 * const limits = { maxTokens: null, minTokens: 0, ignoresEnd: false, choices: 1, stop: [] };
 * const asked = { model: "m", promptTokens: 5, ...limits, calls, form: null };
 * const { said } = simulate(model, asked, { seed: 1 });
 * Array.from(said, ({ kind, at }) => [kind, at]);
 * // [["accepted", 300000], ["text", 300000], ["text", 312500], ["finish", 312500], ["end", 312500]]
 * ```
 */
export function simulate(
  model: SimulatedModel,
  asked: Asked,
  { seed, cachedTokens = 0 }: { readonly seed: number; readonly cachedTokens?: number },
): Simulation {
  const random = seededRandom(seed);
  const id = Math.floor(random() * 2 ** 32)
    .toString(16)
    .padStart(8, "0");
  const scripts = Array.from({ length: asked.choices }, (_, choice) => {
    const own = { choice, seed: seed ^ Math.imul(choice, 0x9e3779b1), id };
    return choiceScript({ ...model, tools: model.tools ?? 1 }, asked, own);
  });
  const { promptTokens } = asked;
  const ttft = firstTokenTime(model, { promptTokens, cachedTokens });
  const said = (): Generator<Said, void> => timed(model, { scripts, seed, ttft });
  return { id, said: { [Symbol.iterator]: said } };
}

function* timed(
  model: SimulatedModel,
  {
    scripts,
    seed,
    ttft,
  }: {
    readonly scripts: readonly Iterable<ScriptStep>[];
    readonly seed: number;
    readonly ttft: Micros;
  },
): Generator<Said, void> {
  const random = seededRandom(seed);
  const varied = (time: number): number => time * (1 + model.jitter * (2 * random() - 1));
  let time = varied(ttft);
  const first = Math.round(time);
  yield { kind: "accepted", at: Math.min(model.accepted ?? first, first) };
  let [completionTokens, reasoningTokens] = [0, 0];
  const open = new Set(scripts.map((script) => script[Symbol.iterator]()));
  for (let isFirst = true; ; isFirst = false) {
    const steps: ScriptStep[] = [];
    for (const script of open) {
      const { value: step } = script.next();
      if (step === undefined) open.delete(script);
      else steps.push(step);
    }
    if (steps.length === 0) break;
    if (!isFirst) time += varied((model.chunk / model.tps) * 1e6);
    const at = Math.round(time);
    for (const step of steps) {
      completionTokens += step.tokens;
      reasoningTokens += step.reasoning;
      for (const said of step.said) yield { ...said, at };
    }
  }
  yield { kind: "end", completionTokens, reasoningTokens, at: Math.round(time) };
}
