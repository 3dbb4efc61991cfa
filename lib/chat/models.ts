import { judge, type Verdict } from "../measure/outcome.ts";
import { ResponseMask } from "../transcript/masks/response_mask.ts";
import { SecretMask } from "../base/secret_mask.ts";
import { monotonicClock } from "../base/clock.ts";
import { exchange, type Fetch, type ResponseHead, type TimeLimits } from "../wire/exchange.ts";
import { asArray, asObject, asText, parseJson } from "../base/json.ts";
import { LimitError } from "../base/limit_error.ts";
import type { HttpRequest } from "../wire/request.ts";
import type { Micros } from "../base/time.ts";
import type { TimedText } from "../wire/piece.ts";
import { CompletionReader } from "./completion_reader.ts";

/** In characters: the longest lists of real endpoints have less than a tenth of it. */
const LONGEST_LIST = 8 * 1024 * 1024;

/** No list takes longer, in µs, also where bytes keep coming. */
const LONGEST_TIME: Micros = 60_000_000;

/** The models an endpoint lists, or why there is no list. */
export interface ModelList {
  /**
   * `null` when the list could not be had. A name is as the endpoint gave it, for it is sent back: also one that is
   * like the key.
   */
  readonly names: readonly string[] | null;
  readonly verdict: Verdict;
  readonly head: ResponseHead | null;
  /** How long it took, in µs. */
  readonly took: Micros;
}

/** An endpoint that is asked for its models. */
export interface ModelsEndpoint extends Pick<HttpRequest, "key" | "keyHeader"> {
  readonly baseUrl: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Asks an endpoint for its models (`GET /models`). Of a list longer than 8 Mi characters there is none, and so of one
 * that has not come within a minute, or the given limit.
 *
 * @example
 * ```ts
 * const { names } = await listModels({ baseUrl: "http://127.0.0.1:11434/v1", key: null });
 * ```
 */
export async function listModels(
  endpoint: ModelsEndpoint,
  options: {
    readonly fetch?: Fetch | undefined;
    readonly signal?: AbortSignal | undefined;
    readonly limits?: TimeLimits | undefined;
  } = {},
): Promise<ModelList> {
  let head: ResponseHead | null = null;
  let text = "";
  const reader = new CompletionReader({ maxEventLength: 2 * LONGEST_LIST });
  const mask = new ResponseMask(SecretMask.of(endpoint.key), { deltas: false });
  const take = (pieces: readonly TimedText[]): void => {
    for (const piece of pieces) reader.push(piece);
  };
  const { ending, endedAt } = await exchange(modelsRequest(endpoint), {
    fetch: options.fetch ?? fetch,
    clock: monotonicClock,
    signal: options.signal,
    limits: { ...options.limits, total: options.limits?.total ?? LONGEST_TIME },
    head(arrived) {
      head = mask.head(arrived);
      reader.begin(arrived.status);
    },
    piece(piece) {
      text += piece.text;
      if (text.length > LONGEST_LIST) {
        throw new LimitError(`the list has more than ${LONGEST_LIST} characters`);
      }
      take(mask.push(piece));
      return reader.done;
    },
  });
  take(mask.end());
  reader.end(endedAt);
  const verdict = judge(mask.ending(ending), reading(reader, text));
  const names = verdict.outcome === "complete" ? namesIn(text) : null;
  return { names, verdict, head, took: endedAt };
}

/** The HTTP request for an endpoint's models. */
export function modelsRequest({ baseUrl, key, keyHeader, headers }: ModelsEndpoint): HttpRequest {
  return {
    method: "GET",
    url: `${baseUrl}/models`,
    headers: { accept: "application/json", ...headers },
    body: null,
    key,
    keyHeader,
  };
}

/** A list of models is what a completion is elsewhere: the body that was asked for. */
function reading(
  reader: CompletionReader,
  text: string,
): ReturnType<CompletionReader["result"]>["facts"] {
  const isList = namesIn(text) !== null;
  return { ...reader.result().facts, isCompletion: isList, done: isList, finished: isList };
}

/**
 * The names in a list of models; `null` for what is none. OpenAI has `{"data":[{"id"}]}`; others a bare array,
 * `{"models":[…]}` (Ollama, Gemini, Cohere), names under `name` or `model`, or bare texts.
 */
function namesIn(text: string): string[] | null {
  const body = parseJson(text);
  const object = asObject(body);
  const list = [body, object?.["data"], object?.["models"]].find((value) => Array.isArray(value));
  return list === undefined ? null : asArray(list).flatMap((model) => nameOf(model) ?? []);
}

function nameOf(model: unknown): string | null {
  const object = asObject(model);
  return (
    asText(object?.["id"]) ?? asText(object?.["name"]) ?? asText(object?.["model"]) ?? asText(model)
  );
}
