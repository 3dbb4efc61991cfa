import type { JsonObject } from "../../base/json.ts";
import type { ProtocolName } from "../../protocols/protocol.ts";
import { protocolNamed } from "../../protocols/protocols.ts";
import { type CompletionHead, FieldError } from "./asked.ts";
import { fieldRefusal } from "./error_reply.ts";
import { type Reply, type ReplySource, jsonReply, type TimedBytes } from "./reply.ts";
import type { Said } from "./said.ts";
import { PrefixCache } from "./simulated/prefix_cache.ts";
import { type SimulatedModel, simulate } from "./simulate.ts";
import { withRoomForStamp } from "./stamp.ts";
import { eventText, type ReplyWriter } from "./writers/writer.ts";
import { writerOf } from "./writers/writers.ts";

/** The name of the simulated model. Requests may give it any other, and get that one back. */
export const SIMULATED_MODEL = "simulated";

/** How requests to a simulated model are answered. */
export interface SimulatedSourceOptions {
  /** The k-th request over a protocol gets a completion of its own, but the same in every run with this seed. */
  readonly seed: number;
  /** How many requests it works at; more wait in line. Absent: as many as come. */
  readonly concurrency?: number | undefined;
  /** Keep room for the time of sending in each chunk, see {@linkcode withRoomForStamp}. */
  readonly stamp?: boolean | undefined;
  /** The wall clock in ms, for `created`. Default: the system's. */
  readonly now?: (() => number) | undefined;
}

/**
 * A simulated model that answers requests over any protocol. The head goes out at once, the first token after its time.
 * The k-th requests over two protocols get the same completion, with the same times, if they ask for the same.
 */
export class SimulatedSource implements ReplySource {
  readonly models: readonly string[] = [SIMULATED_MODEL];
  readonly concurrency: number | undefined;
  readonly #model: SimulatedModel;
  readonly #options: SimulatedSourceOptions;
  /** `null`: it has none. */
  readonly #cache: PrefixCache | null;
  readonly #requests = new Map<ProtocolName, number>();

  constructor(model: SimulatedModel, options: SimulatedSourceOptions) {
    this.#model = model;
    this.#options = options;
    this.#cache = model.cache ? new PrefixCache() : null;
    this.concurrency = options.concurrency;
  }

  answer(body: JsonObject, api: ProtocolName = "chat"): Reply {
    try {
      return this.#answer(body, writerOf(api));
    } catch (error) {
      if (error instanceof FieldError) return fieldRefusal(error, api);
      throw error;
    }
  }

  /** @throws {FieldError} for a request that is wrong, or asks for more than it can do */
  #answer(body: JsonObject, writer: ReplyWriter): Reply {
    writer.check(body);
    const asked = writer.asked(body);
    const streamed = body["stream"] === true;
    const { seed, now = Date.now, stamp = false } = this.#options;
    const cachedTokens =
      this.#cache?.take(protocolNamed(writer.name).conversation(body) ?? []) ?? null;
    const { id, said } = simulate(this.#model, asked, {
      cachedTokens: cachedTokens ?? 0,
      seed: requestSeed(seed, this.#requestsOver(writer.name)),
    });
    const head: CompletionHead = {
      id,
      model: asked.model,
      created: Math.floor(now() / 1000),
      promptTokens: asked.promptTokens,
      cachedTokens,
      choices: asked.choices,
      withUsage: !streamed || writer.asksForUsage(body),
      body,
    };
    if (!streamed) return whole(writer, { head, said });
    return {
      head: { status: 200, headers: { "content-type": "text/event-stream" }, at: 0 },
      pieces: { [Symbol.iterator]: () => pieces(writer, { head, said, stamp }) },
      end: { kind: "end", at: 0 },
      from: SIMULATED_MODEL,
    };
  }

  /** How many there were before. */
  #requestsOver(api: ProtocolName): number {
    const before = this.#requests.get(api) ?? 0;
    this.#requests.set(api, before + 1);
    return before;
  }
}

/** Neighbouring seeds and requests have nothing in common. */
function requestSeed(seed: number, request: number): number {
  return Math.imul(seed, 0x9e3779b1) ^ Math.imul(request + 1, 0x85ebca6b);
}

interface Told {
  readonly head: CompletionHead;
  readonly said: Iterable<Said>;
}

function whole(writer: ReplyWriter, { head, said }: Told): Reply {
  const tell = writer.teller(head);
  let end = 0;
  const data: string[] = [];
  for (const one of said) {
    end = one.at;
    for (const event of tell(one)) data.push(event.data);
  }
  const result = writer.whole(data);
  const value = result.kind === "completion" ? result.value : {};
  return jsonReply(value, { at: end, from: SIMULATED_MODEL });
}

/** Made when they are due, and not all when the request comes: that would delay all streams. */
function* pieces(
  writer: ReplyWriter,
  { head, said, stamp }: Told & { readonly stamp: boolean },
): Generator<TimedBytes> {
  const encoder = new TextEncoder();
  const tell = writer.teller(head);
  let text = "";
  let time: number | null = null;
  for (const one of said) {
    // What is sent at the same moment is sent in one piece, as servers do.
    if (time !== null && one.at !== time && text !== "") {
      yield { bytes: encoder.encode(text), at: time };
      text = "";
    }
    time = one.at;
    for (const { name, data } of tell(one)) {
      text += eventText({ name, data: stamp ? withRoomForStamp(data) : data });
    }
  }
  if (time !== null && text !== "") yield { bytes: encoder.encode(text), at: time };
}
