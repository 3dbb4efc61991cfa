import { readFault, readSplit } from "./values.ts";
import type { ReplySource } from "./reply/reply.ts";
import { type Fault, withFaults } from "./reply/fault.ts";
import { loadTranscripts } from "./reply/load_transcripts.ts";
import type { Matching } from "./reply/match.ts";
import { play } from "./http/play.ts";
import { PROTOCOLS } from "../protocols/protocols.ts";
import { clientApi, completionApi, completionReply, replyWithoutBody } from "./http/route.ts";
import type { Split } from "./reply/split.ts";
import { TranscriptSource } from "./reply/transcript_source.ts";

/** Options of {@linkcode replayFetch}: those of `serve`, as values or in the words of its flags. */
export interface ReplayFetchOptions {
  /** 1 is the recorded pace. Default `Infinity`: nothing waits. */
  readonly speed?: number;
  /** How bodies are cut into pieces: `"event"`, a number of bytes, `"random:SEED"`. Default: as recorded. */
  readonly split?: Split | string | number;
  /** What goes wrong: `"cut:after=50%"`, `"status:429:retry-after=2:share=10%"`. Default: nothing. */
  readonly faults?: readonly (Fault | string)[];
  /** `"strict"` answers only the same messages and model. Default `"any"`. */
  readonly match?: Matching;
}

/** Statuses with which `Response` takes no body. */
const BODYLESS = new Set([101, 204, 205, 304]);

/**
 * A `fetch` that answers from transcripts: for any client that takes one, without a server and a network. It answers as
 * `serve` does, only that nothing waits unless `speed` says so. The files are read with the first request.
 *
 * Whatever the host, `…/chat/completions`, `…/completions`, `…/responses`, `…/messages` and `…/models` are answered and
 * all else is a 404. A fault of the network is a `TypeError` with the code `ECONNRESET`, as Bun's `fetch` gives it.
 *
 * @throws {UserError} when `split` or a fault cannot be read.
 *
 * @example
 * ```ts
 * const client = new OpenAI({ apiKey: "none", fetch: replayFetch("hello.sse") });
 * const stream = await client.chat.completions.create({ model: "m", messages, stream: true });
 * ```
 */
export function replayFetch(
  files: string | readonly string[],
  options: ReplayFetchOptions = {},
): typeof fetch {
  const { speed = Infinity, match } = options;
  const split = typeof options.split === "number" ? String(options.split) : options.split;
  const playing = {
    speed,
    split: typeof split === "string" ? readSplit({ flag: "split", text: split }) : split,
    matching: match,
  };
  const faults = (options.faults ?? []).map((fault) =>
    typeof fault === "string" ? readFault({ flag: "faults", text: fault }) : fault,
  );
  let source: Promise<ReplySource> | null = null;

  async function load(): Promise<ReplySource> {
    const paths = typeof files === "string" ? [files] : files;
    const transcripts = (await Promise.all(paths.map(loadTranscripts))).flat();
    return withFaults(new TranscriptSource(transcripts, playing), faults);
  }

  async function replay(input: string | URL | Request, init?: RequestInit): Promise<Response> {
    const signal = init?.signal ?? (input instanceof Request ? input.signal : null);
    signal?.throwIfAborted();
    const request = new Request(input, init);
    return respond(request, { source: await (source ??= load()), signal });
  }

  // Bun's type of `fetch` has this, too.
  return Object.assign(replay, { preconnect: () => {} });
}

async function respond(
  request: Request,
  { source, signal }: { readonly source: ReplySource; readonly signal: AbortSignal | null },
): Promise<Response> {
  const { pathname } = new URL(request.url);
  const routed = { method: request.method, path: pathBehindBase(pathname) };
  const api = completionApi(routed);
  const answer =
    api === null
      ? replyWithoutBody(routed, {
          models: source.models,
          shownPath: pathname,
          api: clientApi(pathname, Object.fromEntries(request.headers)),
        })
      : completionReply(new Uint8Array(await request.arrayBuffer()), { source, api });

  const stop = new AbortController();
  const abort = (): void => stop.abort(signal?.reason);
  if (signal?.aborted) abort();
  signal?.addEventListener("abort", abort, { once: true });
  const steps = play(answer, { signal: stop.signal });
  const { value: first } = await steps.next();
  stop.signal.throwIfAborted();
  if (first?.kind !== "head") throw brokenConnection();
  const { status, headers } = first.head;
  const body = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        stop.signal.addEventListener("abort", () => controller.error(stop.signal.reason));
      },
      async pull(controller) {
        const { value: step } = await steps.next();
        if (stop.signal.aborted || step === undefined) return;
        // A copy: the plan serves several requests, and a reader may take the memory away.
        if (step.kind === "bytes") return controller.enqueue(step.bytes.slice());
        signal?.removeEventListener("abort", abort);
        if (step.kind === "end") controller.close();
        else controller.error(brokenConnection());
      },
      cancel() {
        signal?.removeEventListener("abort", abort);
        stop.abort();
      },
    },
    { highWaterMark: 0 },
  );
  const response = new Response(BODYLESS.has(status) ? null : body, { status, headers });
  return Object.defineProperty(response, "url", { value: request.url });
}

/** The path that is served, wherever the base URL ends; empty for any other. */
function pathBehindBase(pathname: string): string {
  const known = PROTOCOLS.map(({ path }) => path)
    .toSorted((one, other) => other.length - one.length)
    .find((path) => pathname.endsWith(path));
  return known ?? /\/models(?:\/(?!.*\/models(?:\/|$)).*)?$/.exec(pathname)?.[0] ?? "";
}

function brokenConnection(): TypeError {
  const message = "ECONNRESET: The socket connection was closed unexpectedly";
  return Object.assign(new TypeError(message), { code: "ECONNRESET" });
}
