import { odditiesIn } from "../chat/oddities.ts";
import { type ChatResult, completeChat, type Recorder } from "../chat/complete_chat.ts";
import { CompletionReader } from "../chat/completion_reader.ts";
import type { EventTracer } from "../chat/event_tracer.ts";
import type { Arrival, Choice } from "../chat/reading.ts";
import { arrivedInOneBurst, requestMetrics } from "../measure/metrics.ts";
import { judge } from "../measure/outcome.ts";
import type { RequestRecord } from "../measure/request_record.ts";
import type { Clock } from "../base/clock.ts";
import { closesAfterStream } from "../wire/connections.ts";
import type { Fetch, TimeLimits } from "../wire/exchange.ts";
import { faultOf } from "../wire/exchange_ending.ts";
import type { HttpRequest } from "../wire/request.ts";
import type { Micros } from "../base/time.ts";
import type { PlannedRequest } from "./plan.ts";

/** How the requests of a run are sent. */
export interface SendSettings {
  readonly fetch?: Fetch | undefined;
  readonly clock: Clock;
  /** The run's start on the clock. */
  readonly start: Micros;
  readonly limits: TimeLimits;
  readonly retries: number;
  /** Send once more what went over an open connection that the endpoint had closed. Default `false`. */
  readonly resendReused?: boolean | undefined;
  /** The threshold of stalls, in µs. */
  readonly stall: Micros;
}

/** What is special about one request. */
export interface SendOne {
  readonly planned: PlannedRequest;
  readonly signal: AbortSignal;
  readonly recorder?: Recorder | undefined;
  readonly file?: string | undefined;
  readonly onArrivals?: ((arrivals: readonly Arrival[]) => void) | undefined;
  /** Told what a complete request was answered; the texts are kept until then. Default: they are not kept. */
  readonly onAnswer?: ((answer: Choice | undefined) => void) | undefined;
  /** Takes note of its events. Default: nobody does. */
  readonly tracer?: EventTracer | undefined;
}

/**
 * So long, in µs, behind the end of an answer its connection is waited for: an endpoint that leaves a body open is not to
 * slow the run down. Listening for what comes behind `[DONE]` is part of it.
 */
const RELEASE_WAIT: Micros = 50_000;

/**
 * Sends one request of a run and gives its record, once its connection is free again: the next request in its place
 * would else open another. It does not reject: whatever goes wrong in one request is that request's failure.
 */
export async function sendOne(
  request: () => HttpRequest,
  settings: SendSettings,
  given: SendOne,
): Promise<RequestRecord> {
  const { planned, file } = given;
  const asked = settings.clock() - settings.start;
  try {
    return await answered(request(), settings, given);
  } catch (error) {
    const ended = settings.clock() - settings.start;
    const reading = new CompletionReader().result();
    const verdict = judge({ kind: "fault", status: null, message: faultOf(error) }, reading.facts);
    const times = { sent: asked, ended, stall: settings.stall };
    const place = { planned, ...times, file: file ?? null, resent: false };
    return requestRecord({ verdict, reading }, place);
  }
}

async function answered(
  request: HttpRequest,
  settings: SendSettings,
  { planned, signal, recorder, file, onArrivals, onAnswer, tracer }: SendOne,
): Promise<RequestRecord> {
  const { clock, start } = settings;
  let resent = false;
  const result = await completeChat(request, {
    fetch: settings.fetch,
    clock,
    limits: settings.limits,
    retries: settings.retries,
    resendReused: settings.resendReused,
    onAnotherAttempt: ({ reason }) => (resent ||= reason === "connection_reused"),
    signal,
    recorder,
    keepText: onAnswer !== undefined,
    parts: false,
    onArrivals(arrivals) {
      tracer?.take(arrivals);
      onArrivals?.(arrivals);
    },
  });
  const times = { sent: result.sentAt - start, ended: result.endedAt - start };
  const place = { planned, ...times, stall: settings.stall, file: file ?? null, resent, tracer };
  const record = requestRecord(result, place);
  if (record.outcome === "complete") onAnswer?.(result.reading.choices[0]);
  await until(result.endedAt + RELEASE_WAIT, result.released, { clock });
  return record;
}

/** Mostly there are none. */
function callsIn({ choices }: ChatResult["reading"]): Pick<RequestRecord, "calls"> {
  const [choice] = choices;
  const count = choice?.toolCalls.length ?? 0;
  return count === 0 ? {} : { calls: { count, broken: choice?.brokenToolCalls ?? 0 } };
}

async function until(
  moment: Micros,
  event: Promise<void>,
  { clock }: { readonly clock: Clock },
): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, Math.ceil((moment - clock()) / 1000)));
  });
  await Promise.race([event, waited]);
  clearTimeout(timer);
}

/** The record of a request; a replayed one has it as a live one does. */
export function requestRecord(
  {
    verdict,
    reading,
    head,
  }: Pick<ChatResult, "verdict" | "reading"> & Partial<Pick<ChatResult, "head">>,
  place: {
    readonly planned: PlannedRequest;
    readonly sent: Micros;
    readonly ended: Micros;
    readonly stall: Micros;
    readonly file: string | null;
    readonly resent: boolean;
    readonly tracer?: EventTracer | undefined;
  },
): RequestRecord {
  const { timeline } = reading;
  const trace = place.tracer?.trace({ timeline, endedAt: place.ended - place.sent });
  return {
    index: place.planned.index,
    scheduled: place.planned.scheduled,
    sent: place.sent,
    ended: place.ended,
    outcome: verdict.outcome,
    failure: verdict.failure,
    metrics: requestMetrics(timeline, { stall: place.stall }),
    usage: timeline.usage,
    burst: arrivedInOneBurst(timeline) || (verdict.outcome === "complete" && !timeline.streamed),
    models: reading.models,
    fingerprints: reading.fingerprints,
    finishReason: reading.choices[0]?.finishReason ?? null,
    oddities: odditiesIn(reading, { head }),
    resent: place.resent,
    ...(head && closesAfterStream(head.headers) ? { connectionClosed: true } : undefined),
    file: place.file,
    ...callsIn(reading),
    ...(place.planned.kind === undefined ? undefined : { kind: place.planned.kind }),
    ...(place.planned.turn === undefined ? undefined : { turn: place.planned.turn }),
    ...(place.planned.pair === undefined ? undefined : { pair: place.planned.pair }),
    ...(trace === undefined ? undefined : { trace }),
  };
}
