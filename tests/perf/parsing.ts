import { join } from "node:path";
import { createOpenAICompatible } from "@ai-sdk/openai-compatible";
import { EventSourceParserStream } from "eventsource-parser/stream";
import OpenAI from "openai";
import { Secret } from "../../lib/base/secret.ts";
import { completeChat } from "../../lib/chat/complete_chat.ts";
import { streamChat } from "../../lib/chat/stream_chat.ts";
import { TimingsReader } from "../../lib/load/server_metrics/timings_reader.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { AnswerWriter } from "../../lib/report/request/answer_writer.ts";
import { RawResponse } from "../../lib/ask/raw_response.ts";
import type { Fetch } from "../../lib/wire/exchange.ts";
import type { HttpRequest } from "../../lib/wire/request.ts";
import { sseEvents } from "../../lib/wire/sse.ts";
import { pieces } from "../support/cuts.ts";
import type { Line, Part } from "./line.ts";
import { cpuRounds, ratios, type Runner } from "./rounds.ts";

const BASE_URL = "http://127.0.0.1:1/v1";
const MODEL = "Qwen/Qwen2.5-7B-Instruct";
const MESSAGES = [{ role: "user", content: "你好" }] as const;
const WORDS = ["你好", "！", "有什么", "问题", "或者", "需要", "帮助", "的", "吗", "？"];

/** How a body is cut into reads. */
const CUTS = [
  ["one event a read", null],
  ["4 KiB a read", 4 * 1024],
  ["64 KiB a read", 64 * 1024],
] as const;

/** Chunks of 350 bytes, as SiliconFlow sends them: usage on each. */
function eventsOf(count: number): Uint8Array[] {
  const encoder = new TextEncoder();
  const events = Array.from({ length: count }, (_, at) => {
    const chunk = {
      id: "019a8fdafd091c809cf14705cced6e75",
      object: "chat.completion.chunk",
      created: 1763350084,
      model: MODEL,
      choices: [
        {
          index: 0,
          delta: { content: WORDS[at % WORDS.length], reasoning_content: null, role: "assistant" },
          finish_reason: at === count - 1 ? "stop" : null,
        },
      ],
      system_fingerprint: "",
      usage: { prompt_tokens: 30, completion_tokens: at + 1, total_tokens: at + 31 },
    };
    return encoder.encode(`data: ${JSON.stringify(chunk)}\n\n`);
  });
  return [...events, encoder.encode("data: [DONE]\n\n")];
}

function cut(events: readonly Uint8Array[], length: number | null): readonly Uint8Array[] {
  return length === null ? events : pieces(new Uint8Array(Buffer.concat(events)), length);
}

/** Gives a part a read, and only when it is asked for one. */
function bodyOf(parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  let next = 0;
  return new ReadableStream({
    pull(controller) {
      const part = parts[next++];
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
}

/** What is measured of a checkout. */
interface Toolkit {
  readonly completeChat: typeof completeChat;
  readonly streamChat: typeof streamChat;
  readonly TimingsReader: typeof TimingsReader;
  readonly AnswerWriter: typeof AnswerWriter;
}

const ours: Toolkit = { completeChat, streamChat, TimingsReader, AnswerWriter };

async function toolkitOf(root: string): Promise<Toolkit> {
  const modules = await Promise.all(
    [
      "chat/complete_chat.ts",
      "chat/stream_chat.ts",
      "load/server_metrics/timings_reader.ts",
      "report/request/answer_writer.ts",
    ].map((module) => import(join(root, "lib", module)) as Promise<Partial<Toolkit>>),
  );
  return Object.assign({}, ...modules) as Toolkit;
}

function keyed(): HttpRequest {
  const key = new Secret("sk-Vq3x9LbT0c51dW27beR84pYa");
  return chatRequest({ baseUrl: BASE_URL, model: MODEL, messages: MESSAGES, key });
}

/** The ways in which a checkout reads. `how` is added to their names. */
function waysOf(toolkit: Toolkit, fetch: Fetch, how = ""): Runner[] {
  const asked = { baseUrl: BASE_URL, model: MODEL, messages: MESSAGES, key: null };
  const request = chatRequest(asked);
  return [
    { name: `bench${how}`, work: () => asBench(toolkit, request, { fetch }) },
    { name: `bench with a key${how}`, work: () => asBench(toolkit, keyed(), { fetch }) },
    { name: `ask${how}`, work: () => asAsk(toolkit, request, { fetch }) },
    {
      name: `streamChat${how}`,
      async work() {
        let found = 0;
        for await (const { type } of toolkit.streamChat(asked, { fetch })) {
          if (type === "text") found++;
        }
        return found;
      },
    },
  ];
}

/** Everybody finds the deltas with text: so many. */
function runnersOf(parts: readonly Uint8Array[], before: Toolkit | null = null): Runner[] {
  const fetch = async (): Promise<Response> =>
    new Response(bodyOf(parts), { headers: { "content-type": "text/event-stream" } });
  return [
    { name: "floor", work: () => readBare(bodyOf(parts)) },
    ...waysOf(ours, fetch),
    // Not of a checkout before: there it may take hours.
    {
      name: "ask with a key",
      work: () => asAsk(ours, keyed(), { fetch }),
    },
    ...(before === null ? [] : waysOf(before, fetch, ", before")),
    {
      name: "sseEvents + JSON.parse",
      async work() {
        let found = 0;
        for await (const { data } of sseEvents(bodyOf(parts))) found += deltaIn(data);
        return found;
      },
    },
    {
      name: "eventsource-parser + JSON.parse",
      async work() {
        let found = 0;
        const decoder = new TextDecoderStream() as unknown as ReadableWritablePair<
          string,
          Uint8Array
        >;
        const events = bodyOf(parts)
          .pipeThrough(decoder)
          .pipeThrough(new EventSourceParserStream());
        for await (const { data } of events as unknown as AsyncIterable<{ data: string }>) {
          found += deltaIn(data);
        }
        return found;
      },
    },
    {
      name: "@ai-sdk/openai-compatible",
      async work() {
        let found = 0;
        const provider = createOpenAICompatible({
          name: "m",
          baseURL: BASE_URL,
          fetch: fetch as never,
        });
        const content = [{ type: "text", text: "你好" }] as const;
        const { stream } = await provider
          .chatModel(MODEL)
          .doStream({ prompt: [{ role: "user", content: [...content] }] });
        for await (const { type } of stream as unknown as AsyncIterable<{ type: string }>) {
          if (type === "text-delta") found++;
        }
        return found;
      },
    },
    {
      name: "openai",
      async work() {
        let found = 0;
        const client = new OpenAI({ apiKey: "none", baseURL: BASE_URL, fetch: fetch as never });
        const stream = await client.chat.completions.create({
          model: MODEL,
          messages: [...MESSAGES],
          stream: true,
        });
        for await (const { choices } of stream) if (choices[0]?.delta.content) found++;
        return found;
      },
    },
  ];
}

async function asBench(
  { completeChat, TimingsReader }: Toolkit,
  request: HttpRequest,
  { fetch }: { readonly fetch: Fetch },
): Promise<number> {
  const timings = new TimingsReader();
  let found = 0;
  await completeChat(request, {
    fetch,
    keepText: false,
    parts: false,
    onArrivals(arrivals) {
      for (const { deltas } of arrivals) found += deltas;
      timings.take(arrivals);
    },
  });
  return found;
}

async function asAsk(
  { completeChat, AnswerWriter }: Toolkit,
  request: HttpRequest,
  { fetch }: { readonly fetch: Fetch },
): Promise<number> {
  let found = 0;
  const out = (): void => void found++;
  const to = { out, err() {}, outIsTerminal: false, errIsTerminal: false } as const;
  const writer = new AnswerWriter({ ...to, reasoning: "show" });
  await completeChat(request, {
    fetch,
    recorder: new RawResponse(),
    onArrivals: (arrivals) => writer.write(arrivals),
  });
  return found;
}

function deltaIn(data: string): number {
  if (data === "[DONE]") return 0;
  const { choices } = JSON.parse(data) as { choices: readonly { delta: { content?: string } }[] };
  return choices[0]?.delta.content ? 1 : 0;
}

/** What nobody can do without: read, decode, find the ends of the events, parse them. */
async function readBare(body: ReadableStream<Uint8Array>): Promise<number> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  let found = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return found;
    const text = decoder.decode(value, { stream: true });
    let start = 0;
    for (let end; (end = text.indexOf("\n", start)) !== -1; start = end + 1) {
      const line = rest + text.slice(start, end);
      if (line !== "") found += deltaIn(line.slice("data: ".length));
      rest = "";
    }
    rest += text.slice(start);
  }
}

/** What is wanted, and what holds it. */
const WANTED: Readonly<Record<string, Pick<Line, "goal" | "heldBy">>> = {
  bench: {
    goal: { atMost: 1.4 },
    heldBy:
      "`TextDecoderStream`, most for small reads (`sseEvents + JSON.parse` has it, and little else); then the objects that are made of each event",
  },
  ask: {
    goal: { atMost: 1.4 },
    heldBy: "as for bench, and the text parts",
  },
  streamChat: {
    goal: { atMost: 1.6 },
    heldBy: "a promise for each part, which `for await` asks for; two parts an event",
  },
};

/** Reading a stream, three cuts. `before`: a checkout that is measured beside. */
export function parsing({ before }: { readonly before?: string | undefined } = {}): Part {
  return {
    name: "parsing",
    about:
      "a stream of chunks of 350 bytes, Chinese, with usage on each, in one process: processor time; the floor reads, decodes, finds the ends of the events and parses them",
    async measure({ quick }) {
      const events = eventsOf(quick ? 20_000 : 200_000);
      const older = before === undefined ? null : await toolkitOf(before);
      const lines: Line[] = [];
      for (const [how, length] of CUTS) {
        const runners = runnersOf(cut(events, length), older);
        const times = await cpuRounds(runners, { rounds: quick ? 3 : 7 });
        const floor = times.get("floor") ?? [];
        for (const { name } of runners.slice(1)) {
          const values = ratios(times.get(name) ?? [], floor);
          lines.push({ what: `${name}, ${how}`, unit: "x floor", values, ...WANTED[name] });
        }
      }
      return lines;
    },
  };
}
