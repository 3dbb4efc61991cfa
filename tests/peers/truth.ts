import { type Percentiles, type Statistics, statisticsOf } from "./statistics.ts";

/** What the endpoint noted of one request, in µs on its clock. */
export interface TruthRequest {
  /** In each chunk of its answer, too. */
  readonly id: string;
  /** What the tool sent as `X-Request-ID`. */
  readonly request_id: string | null;
  /** Which connection it came over. */
  readonly connection: number;
  /** The limit of tokens that was asked for. */
  readonly limit: number;
  /** When the last byte of it had been read. */
  readonly received: number;
  /** When each chunk with text was handed to the socket. */
  readonly chunks: readonly number[];
  /** When the end was. */
  readonly ended: number | null;
  /** How late its latest chunk was, against the plan. */
  readonly late: number;
  readonly fault: "status_429" | "error_event" | "cut" | null;
  /** The client left before the end. */
  readonly left: boolean;
}

/** What is compared, under the names that `--as` has in JSON. A chunk has one token, so gaps between chunks are `icl_ms`. */
export const METRICS = [
  "ttft_ms",
  "icl_ms",
  "itl_ms",
  "tpot_ms",
  "e2e_ms",
  "output_tokens_per_second",
  "run_output_tokens_per_second",
] as const;

/** One of {@linkcode METRICS}. */
export type Metric = (typeof METRICS)[number];

/** What a tool says, or what is true: a metric that it has not is absent. */
export type Figures = Readonly<Partial<Record<Metric, Statistics>>>;

/** How a tool sums up: its percentiles, where its E2E ends, and which requests are in which of its figures. */
export interface Summing {
  readonly percentiles: Percentiles;
  readonly e2eTo: "last_token" | "end";
  readonly has: (request: TruthRequest, metric: Metric) => boolean;
}

/** The lines of a log, in the order in which requests ended. */
export function readTruthLog(text: string): TruthRequest[] {
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as TruthRequest);
}

/**
 * What is true of a run, in ms: from when a request had been read to when its chunks were handed to the socket. What a tool
 * adds before (queue, connection, sending) and behind (reading, parsing) is its error, and so is the way through loopback.
 * ITL is (last − first) / (tokens − 1) of a request, TPOT (last − received) / tokens, both as the tools have them.
 */
export function truthOf(log: readonly TruthRequest[], summing: Summing): Figures {
  const whole = log.filter(({ fault, left }) => fault === null && !left);
  return Object.fromEntries(
    METRICS.map((metric) => {
      const requests = whole.filter((request) => summing.has(request, metric));
      const values =
        metric === "run_output_tokens_per_second"
          ? rateOf(requests, summing)
          : requests.flatMap((request) => valuesOf(request, { metric, summing }));
      return [metric, statisticsOf(values, summing.percentiles)];
    }),
  );
}

function valuesOf(
  request: TruthRequest,
  { metric, summing }: { readonly metric: Metric; readonly summing: Summing },
): number[] {
  const { chunks, received } = request;
  const [first = NaN, last = NaN] = [chunks[0], chunks.at(-1)];
  const count = chunks.length;
  const end = endOf(request, summing);
  switch (metric) {
    case "ttft_ms":
      return [(first - received) / 1000];
    case "icl_ms":
      return chunks.slice(1).map((at, index) => (at - (chunks[index] ?? NaN)) / 1000);
    case "itl_ms":
      return [(last - first) / (count - 1) / 1000];
    case "tpot_ms":
      return [(last - received) / count / 1000];
    case "e2e_ms":
      return [(end - received) / 1000];
    default:
      return [(count * 1e6) / (end - received)];
  }
}

function rateOf(requests: readonly TruthRequest[], summing: Summing): number[] {
  if (requests.length === 0) return [];
  const tokens = requests.reduce((sum, { chunks }) => sum + chunks.length, 0);
  const first = Math.min(...requests.map(({ received }) => received));
  const last = Math.max(...requests.map((request) => endOf(request, summing)));
  return [(tokens * 1e6) / (last - first)];
}

function endOf({ chunks, ended }: TruthRequest, { e2eTo }: Summing): number {
  return (e2eTo === "end" ? ended : chunks.at(-1)) ?? NaN;
}
