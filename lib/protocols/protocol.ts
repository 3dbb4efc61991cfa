import type { JsonObject } from "../base/json.ts";
import type { Secret } from "../base/secret.ts";
import type { CompletionChunk } from "../wire/completion.ts";
import type { ChatMessage, HttpRequest } from "../wire/request.ts";

/** The protocols over which completions are asked for, by the names that `--api` has for them. */
export type ProtocolName = "chat" | "completions" | "responses" | "messages";

/**
 * Whether the `input_tokens` of the Messages API hold those that came out of the cache: Anthropic and llama.cpp count
 * them `apart`, vLLM and SGLang have them `included`.
 */
export type UsageCache = NonNullable<HttpRequest["usageCache"]>;

/** A completion to ask for, and where. */
export interface CompletionRequest {
  /** Default: `chat`. */
  readonly api?: ProtocolName | undefined;
  /** As in `https://api.siliconflow.cn/v1`, without a final slash. */
  readonly baseUrl: string;
  readonly model: string;
  readonly messages: readonly ChatMessage[];
  /** Sent to `baseUrl` and nowhere else. `null`: none. */
  readonly key: Secret | null;
  /** The header that holds the key. Default: that of the protocol. */
  readonly keyHeader?: HttpRequest["keyHeader"];
  /** Further headers. They win over ours, except for the key. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** How the answer is made. Each protocol has names of its own for these. */
  readonly sampling?: Sampling | undefined;
  /** The form that the answer is to have. */
  readonly schema?: AnswerSchema | undefined;
  /** Names of body fields that this endpoint has otherwise. */
  readonly fields?: EndpointFields | undefined;
  /** Further body fields, such as `top_k`. They win over ours; `undefined` removes one of ours. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
  readonly usageCache?: UsageCache | undefined;
  /** How reasoning inside the content begins. Default: with a tag. */
  readonly think?: HttpRequest["think"];
}

/** How an answer is made. What is absent is left to the endpoint. */
export interface Sampling {
  readonly temperature?: number | undefined;
  readonly topP?: number | undefined;
  readonly maxTokens?: number | undefined;
  /** The answer is to have as many tokens as this, exactly, where the endpoint can be told so. */
  readonly exactTokens?: number | undefined;
  readonly seed?: number | undefined;
  readonly stop?: readonly string[] | undefined;
}

/** A JSON schema for an answer. */
export interface AnswerSchema {
  readonly name: string;
  readonly schema: JsonObject;
}

/** What an endpoint calls body fields that others call otherwise, or do not have. */
export interface EndpointFields {
  readonly maxTokensField?: string | undefined;
  readonly minTokensField?: string | undefined;
  readonly ignoreEosField?: string | undefined;
}

/** Something that can be asked for, and that not every protocol has a field for. */
export type Feature = "seed" | "stop" | "schema" | "image" | "tools";

/**
 * How completions are asked for and told over one protocol: all that differs between them. Times, events, metrics,
 * transcripts and reports know nothing of it. One file each, and a row in `protocols.ts`.
 */
export interface Protocol {
  readonly name: ProtocolName;
  /** What people call it: `Responses`. */
  readonly title: string;
  /** What is appended to a base URL that ends in `/v1`: `/responses`. */
  readonly path: string;
  /** The body field that holds the question: `input`. */
  readonly questionField: string;
  /** What ends a whole stream, in words of the protocol: `response.completed`. */
  readonly ending: string;
  /** Whether `[DONE]` says that the completion is whole. Where it does not, it is only the end of the stream. */
  readonly doneIsWhole: boolean;
  /** In which header a key goes where no provider says otherwise. */
  readonly keyHeader: NonNullable<HttpRequest["keyHeader"]>;
  /** Headers of every request, such as `anthropic-version`. */
  readonly headers: Readonly<Record<string, string>>;
  /** The body that asks for a streamed completion, without `parameters`. */
  body(request: CompletionRequest): Record<string, unknown>;
  /** What the request asks for and this protocol has no field for, each once. */
  lacks(request: CompletionRequest): Feature[];
  /** The conversation in the body of a request; `null` when it holds none. */
  conversation(body: JsonObject): ChatMessage[] | null;
  /** Whether only a stream, or a whole completion, of this protocol holds such an object. */
  recognizes(value: JsonObject): boolean;
  /** Whether such an object is a whole completion, as an endpoint sends it that does not stream. */
  isWhole(value: JsonObject): boolean;
  /** Reads one completion. Protocols that are read alike have the same function here. */
  reader(options: ProtocolReaderOptions): ProtocolReader;
}

/** What a reader has to know beforehand. */
export interface ProtocolReaderOptions {
  /** `null`: not known. */
  readonly usageCache: UsageCache | null;
}

/** Reads the objects of one completion, one after the other. */
export interface ProtocolReader {
  /** What an event, or a body that is a whole completion, adds. */
  read(value: JsonObject): CompletionChunk;
}
