import { join } from "node:path";
import type { Recorder } from "../chat/complete_chat.ts";
import { EventTracer } from "../chat/event_tracer.ts";
import type { StampedRequest } from "../measure/calibration.ts";
import type { RequestRecord, TurnPlace } from "../measure/request_record.ts";
import { completionRequest } from "../protocols/completion_request.ts";
import type { CompletionRequest } from "../protocols/protocol.ts";
import { TranscriptRecorder } from "../transcript/recorder.ts";
import type { ChatMessage, HttpRequest } from "../wire/request.ts";
import type { Secret } from "../base/secret.ts";
import type { Micros } from "../base/time.ts";
import { waitUntil } from "../base/wait.ts";
import { answerMessages, type Planned, thinkTime, userTurns } from "./conversations.ts";
import { pairOf } from "../measure/cache_pairs.ts";
import { specAt } from "./mix.ts";
import { withImage } from "./images.ts";
import type { PlannedRequest } from "./plan.ts";
import { messagesFor } from "./prompts.ts";
import type { RunSpec, ShareOptions } from "./run_share.ts";
import { sendOne } from "./send.ts";
import { TimingsReader, withTimings } from "./server_metrics/timings_reader.ts";
import { StampReader } from "./stamp_reader.ts";
import { trafficRequest } from "./traffic/traffic_request.ts";

/** When to stop. */
interface Signals {
  /** Aborted: nothing more is to be sent. */
  readonly stop: AbortSignal;
  /** Aborted: what is under way is given up. */
  readonly signal: AbortSignal;
}

/** Sends the requests of a run's share, and keeps what came of them. */
export class Sender {
  readonly records: RequestRecord[] = [];
  readonly recordingErrors: string[] = [];
  readonly stamps: StampedRequest[] = [];
  readonly #spec: RunSpec;
  readonly #options: Pick<ShareOptions, "key" | "clock" | "start" | "observer">;

  constructor(spec: RunSpec, options: Pick<ShareOptions, "key" | "clock" | "start" | "observer">) {
    this.#spec = spec;
    this.#options = options;
  }

  /** Sends what is planned, and resolves when the last of it has ended. */
  async send({ requests }: Planned, signals: Signals): Promise<void> {
    const [only] = requests;
    if (only?.turn !== undefined) return this.#talk(requests, { ...signals, turn: only.turn });
    for (const planned of requests) {
      if (planned !== only && signals.stop.aborted) return;
      const { signal } = signals;
      const record = await this.sendAlone(planned, { signal });
      if (record.outcome !== "complete") return;
    }
  }

  /** Sends one request that stands by itself, and gives its record. */
  async sendAlone(
    planned: PlannedRequest,
    { signal }: Pick<Signals, "signal">,
  ): Promise<RequestRecord> {
    const request = (): HttpRequest => requestFor(this.#spec, planned.index, this.#options.key);
    return await this.#sendOne(planned, { request, signal });
  }

  /** Sends the turns of a conversation, each with all that was said. What follows a turn that failed is not sent. */
  async #talk(
    requests: readonly PlannedRequest[],
    { stop, signal, turn: { conversation } }: Signals & { readonly turn: TurnPlace },
  ): Promise<void> {
    const { prompts, side, conversations, seed } = this.#spec;
    const { clock } = this.#options;
    if (conversations === undefined) return;
    const { turns } = conversations;
    const texts = userTurns(prompts, conversation, { ...this.#spec, turns, side: side?.index });
    const said = texts.map((messages, turn) =>
      turn === 0 ? illustrated(this.#spec, messages, conversation) : messages,
    );
    const history: ChatMessage[] = [];
    let endedAt = clock();
    for (const [index, planned] of requests.entries()) {
      if (index > 0) {
        const think = thinkTime(conversations, { seed, conversation, number: index + 1 });
        await waitUntil(endedAt + think, { clock, signal: stop });
        if (stop.aborted) return;
      }
      history.push(...(said[index] ?? []));
      const asked = [...history];
      const isLast = index === requests.length - 1;
      const record = await this.#sendOne(planned, {
        request: () => requestWith(this.#spec, asked, this.#options.key),
        signal,
        onAnswer: isLast ? undefined : (answer) => history.push(...answerMessages(answer)),
      });
      if (record.outcome !== "complete") return;
      endedAt = this.#options.start + record.ended;
    }
  }

  async #sendOne(
    given: PlannedRequest,
    {
      request,
      signal,
      onAnswer,
    }: {
      readonly request: () => HttpRequest;
      readonly signal: AbortSignal;
      readonly onAnswer?: Parameters<typeof sendOne>[2]["onAnswer"];
    },
  ): Promise<RequestRecord> {
    const { spec, kind } = specAt(this.#spec, given.index);
    const planned = kind === undefined ? given : { ...given, kind };
    const { clock, start, observer } = this.#options;
    const { limits, retries, resendReused, stall } = spec;
    observer?.sent(planned.index);
    let isKept = true;
    const recording = openRecording(spec, {
      planned,
      now: clock() - start,
      onError: (error) => {
        isKept = false;
        this.recordingErrors.push(error.message);
        observer?.recordingFailed?.(error.message);
      },
    });
    const stampReader = spec.stamped ? new StampReader() : null;
    const timings = new TimingsReader();
    const tracer = spec.traced ? new EventTracer() : undefined;
    const settings = { clock, start, limits, retries, resendReused, stall };
    const sent = await sendOne(request, settings, {
      planned,
      signal,
      ...recording,
      tracer,
      onAnswer,
      onArrivals(arrivals) {
        observer?.deltas(arrivals.reduce((sum, { deltas }) => sum + deltas, 0));
        stampReader?.take(arrivals);
        timings.take(arrivals);
      },
    });
    recording?.recorder.close();
    // Half of a stream would read as one that was cut.
    const record = withTimings(isKept ? sent : { ...sent, file: null }, timings);
    this.records.push(record);
    if (stampReader !== null) this.stamps.push(stampReader.stamps(start + record.sent));
    observer?.ended(record);
    return record;
  }
}

function messagesOf(spec: RunSpec, index: number): readonly ChatMessage[] {
  const messages = messagesFor(spec.prompts, index, { ...spec, side: spec.side?.index });
  return illustrated(spec, messages, spec.cache === "pairs" ? pairOf(index) : index);
}

/** With the picture of this request, or of this conversation, where there are any. */
function illustrated(
  { images, seed }: RunSpec,
  messages: readonly ChatMessage[],
  index: number,
): readonly ChatMessage[] {
  return images === undefined ? messages : withImage(messages, images, { index, seed });
}

/** The request at this place of a run, where each stands by itself. */
export function requestFor(run: RunSpec, index: number, key: Secret | null): HttpRequest {
  const { spec } = specAt(run, index);
  if (spec.prompts.kind === "traffic") {
    // Runs and targets that may share one cache are not to find each other's prompts in it.
    const salt = spec.seed ^ Math.imul(spec.side?.index ?? 0, 0x9e3779b1);
    return trafficRequest(howOf(spec, key), { ...spec.prompts, index, salt });
  }
  return requestWith(spec, messagesOf(spec, index), key);
}

function requestWith(
  spec: RunSpec,
  messages: readonly ChatMessage[],
  key: Secret | null,
): HttpRequest {
  return completionRequest({ ...howOf(spec, key), messages });
}

/** A request of a run, but for what is asked. */
function howOf(spec: RunSpec, key: Secret | null): Omit<CompletionRequest, "messages"> {
  const { baseUrl, api, keyHeader, model, headers, sampling, fields, parameters } = spec;
  const { usageCache, think } = spec;
  const how = { sampling, fields, parameters, usageCache, think };
  return { baseUrl, api, keyHeader, model, key, headers, ...how };
}

/** The name of a request's transcript. Names sort as the requests do. */
function transcriptName(index: number): string {
  return `${String(index).padStart(6, "0")}.sse`;
}

function openRecording(
  { recordFolder }: RunSpec,
  given: {
    readonly planned: PlannedRequest;
    readonly now: Micros;
    readonly onError: (error: Error) => void;
  },
): { recorder: Recorder & { close(): void }; file: string } | undefined {
  if (recordFolder === null) return undefined;
  const { planned, now, onError } = given;
  const file = transcriptName(planned.index);
  const scheduled = planned.scheduled === null ? null : planned.scheduled / 1000;
  const run = { index: planned.index, warmup: false, scheduled_ms: scheduled, sent_ms: now / 1000 };
  try {
    return { recorder: new TranscriptRecorder(join(recordFolder, file), { onError, run }), file };
  } catch (error) {
    onError(error instanceof Error ? error : new Error(String(error)));
    return undefined;
  }
}
