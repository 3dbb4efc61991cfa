import { makeHarmless } from "../../text/terminal_text.ts";
import type { ResultRequest, ResultRun } from "../run/result.ts";
import type { ExportedRun } from "./exported_run.ts";

type Labels = Readonly<Record<string, string | number | null>>;

/** One family of metrics: a line for each sample. */
interface Family {
  readonly name: string;
  readonly type: "gauge" | "histogram";
  readonly help: string;
  readonly lines: string[];
}

/** In s: as the semantic conventions of OpenTelemetry advise for an operation. */
const DURATIONS = [
  0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92,
];
/** The same for a time to first token. */
const FIRST_TOKENS = [
  0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
];
/** For a time per token there; the shorter ones are ours, since fast models have them. */
const PER_TOKEN = [
  0.0025, 0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1, 2.5,
];
/** The same for counts of tokens. */
const TOKENS = [
  1, 4, 16, 64, 256, 1024, 4096, 16_384, 65_536, 262_144, 1_048_576, 4_194_304, 16_777_216,
  67_108_864,
];

/**
 * Runs as OpenMetrics, which is also the older text format that the node exporter's textfile collector reads: gauges and
 * histograms alone, no times of samples, since that reads nothing else. Where OpenTelemetry's conventions for GenAI have a
 * name for the very same thing, it is theirs: the duration of an operation and the usage of tokens, and labels such as
 * `gen_ai_request_model`. Their time to the first *chunk* counts empty chunks, so times of tokens have names of our own.
 *
 * @see https://github.com/open-telemetry/semantic-conventions-genai
 * @see https://github.com/prometheus/OpenMetrics/blob/main/specification/OpenMetrics.md
 */
export function openMetrics(runs: readonly ExportedRun[]): string {
  const families = new Map<string, Family>();
  for (const run of runs) {
    const labels = labelsOf(run, { isOnly: runs.length === 1 });
    for (const family of [...gaugesOf(run.result, labels), ...histogramsOf(run.result, labels)]) {
      const known = families.get(family.name);
      if (known === undefined) families.set(family.name, family);
      else known.lines.push(...family.lines);
    }
  }
  const text = [...families.values()].map(
    ({ name, type, help, lines }) =>
      `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${lines.join("\n")}\n`,
  );
  return `${text.join("")}# EOF\n`;
}

function labelsOf(
  { label, result }: ExportedRun,
  { isOnly }: { readonly isOnly: boolean },
): Labels {
  const { config } = result;
  const { model, base_url: baseUrl, api } = config;
  const url = typeof baseUrl === "string" && URL.canParse(baseUrl) ? new URL(baseUrl) : null;
  return {
    run: isOnly ? null : label,
    gen_ai_operation_name: api === "completions" ? "text_completion" : "chat",
    gen_ai_request_model: typeof model === "string" ? model : null,
    server_address: url?.hostname ?? null,
    server_port: url === null ? null : url.port || (url.protocol === "http:" ? "80" : "443"),
  };
}

function gaugesOf(
  { summary, environment, duration_ms: duration, instrument }: ResultRun,
  labels: Labels,
): Family[] {
  const { goodput, outcomes } = summary;
  const started = Date.parse(String(environment["started_at"]));
  const gauge = (name: string, help: string, value: number | null): Family[] =>
    value === null || Number.isNaN(value)
      ? []
      : [{ name, type: "gauge", help, lines: [sample(name, { labels, value })] }];
  const counts = Object.entries(outcomes).map(([outcome, value]) =>
    sample("streamgauge_requests", { labels: { ...labels, outcome }, value }),
  );
  return [
    ...gauge("streamgauge_run_start_time_seconds", "When the run began.", started / 1000),
    ...gauge(
      "streamgauge_run_duration_seconds",
      "From the first send to the last close.",
      duration === null ? null : duration / 1000,
    ),
    {
      name: "streamgauge_requests",
      type: "gauge",
      help: "Requests of the run, by what became of them.",
      lines: counts,
    },
    ...gauge(
      "streamgauge_output_tokens_per_second",
      "Output tokens of complete requests per second of the run.",
      summary.output_tokens_per_second,
    ),
    ...gauge(
      "streamgauge_requests_per_second",
      "Complete requests per second of the run.",
      summary.requests_per_second,
    ),
    ...gauge(
      "streamgauge_good_requests_ratio",
      "Requests that met the service level, of all that were sent; in an open loop it counts from when they were due.",
      goodput?.good_share ?? null,
    ),
    ...gauge(
      "streamgauge_client_limited",
      "1 where the measuring computer was the limit, so that the numbers are also about it.",
      instrument.client_limited ? 1 : 0,
    ),
  ];
}

function histogramsOf({ requests }: ResultRun, labels: Labels): Family[] {
  const complete = requests.filter(({ outcome }) => outcome === "complete");
  const of = (value: (request: ResultRequest) => number | null): number[] =>
    complete.flatMap((request) => value(request) ?? []);
  const operations = Map.groupBy(requests, ({ error }) => error?.kind ?? null);
  return [
    family(
      "gen_ai_client_operation_duration_seconds",
      "From the sending of a request to the end of its body.",
      [...operations].flatMap(([kind, group]) =>
        histogram("gen_ai_client_operation_duration_seconds", {
          labels: { ...labels, error_type: kind },
          samples: seconds(group.flatMap((request) => durationOf(request) ?? [])),
          buckets: DURATIONS,
        }),
      ),
    ),
    family(
      "gen_ai_client_token_usage",
      "Tokens of a request, as the endpoint counts them.",
      (["input", "output"] as const).flatMap((kind) =>
        histogram("gen_ai_client_token_usage", {
          labels: { ...labels, gen_ai_token_type: kind },
          samples: requests.flatMap(
            ({ usage }) =>
              (kind === "input" ? usage?.prompt_tokens : usage?.completion_tokens) ?? [],
          ),
          buckets: TOKENS,
        }),
      ),
    ),
    family(
      "streamgauge_time_to_first_token_seconds",
      "First delta with text - sent, of complete requests.",
      histogram("streamgauge_time_to_first_token_seconds", {
        labels,
        samples: seconds(of(({ ttft_ms: ttft }) => ttft)),
        buckets: FIRST_TOKENS,
      }),
    ),
    family(
      "streamgauge_wait_seconds",
      "Sent - due, of complete requests of an open loop.",
      histogram("streamgauge_wait_seconds", {
        labels,
        samples: seconds(of(({ wait_ms: wait }) => wait)),
        buckets: FIRST_TOKENS,
      }),
    ),
    family(
      "streamgauge_time_to_first_token_since_due_seconds",
      "First delta with text - due, of complete requests of an open loop.",
      histogram("streamgauge_time_to_first_token_since_due_seconds", {
        labels,
        samples: seconds(
          of(({ wait_ms: wait, ttft_ms: ttft }) =>
            wait === null || ttft === null ? null : wait + ttft,
          ),
        ),
        buckets: FIRST_TOKENS,
      }),
    ),
    family(
      "streamgauge_time_per_output_token_seconds",
      "Last delta - first delta, per token after the first, of complete requests.",
      histogram("streamgauge_time_per_output_token_seconds", {
        labels,
        samples: seconds(of(({ tpot_ms: tpot }) => tpot)),
        buckets: PER_TOKEN,
      }),
    ),
    family(
      "streamgauge_inter_token_latency_seconds",
      "Gaps between consecutive deltas, of complete requests.",
      histogram("streamgauge_inter_token_latency_seconds", {
        labels,
        samples: complete.flatMap(({ itl_us: gaps = [] }) => gaps.map((gap) => gap / 1e6)),
        buckets: PER_TOKEN,
      }),
    ),
  ].filter(({ lines }) => lines.length > 0);
}

/** How long a request took, in ms; `null` where its end was not recorded. */
function durationOf(request: ResultRequest): number | null {
  const { closed_ms: closed, ended_ms: ended, sent_ms: sent, e2e_ms: e2e, outcome } = request;
  if (closed !== null) return closed;
  if (ended !== undefined) return ended - sent;
  return outcome === "complete" ? e2e : null;
}

function seconds(values: readonly number[]): number[] {
  return values.map((ms) => ms / 1000);
}

function family(name: string, help: string, lines: string[]): Family {
  return { name, type: "histogram", help, lines };
}

/** Its lines; none without samples. */
function histogram(
  name: string,
  given: {
    readonly labels: Labels;
    readonly samples: readonly number[];
    readonly buckets: readonly number[];
  },
): string[] {
  const { labels, samples, buckets } = given;
  if (samples.length === 0) return [];
  const counts = buckets.map(() => 0);
  let sum = 0;
  for (const value of samples) {
    sum += value;
    const at = buckets.findIndex((limit) => value <= limit);
    if (at !== -1) counts[at] = (counts[at] ?? 0) + 1;
  }
  let below = 0;
  const lines = buckets.map((limit, at) => {
    below += counts[at] ?? 0;
    const le = Number.isInteger(limit) ? limit.toFixed(1) : String(limit);
    return sample(`${name}_bucket`, { labels: { ...labels, le }, value: below });
  });
  const all = { ...labels, le: "+Inf" };
  return [
    ...lines,
    sample(`${name}_bucket`, { labels: all, value: samples.length }),
    sample(`${name}_sum`, { labels, value: Number(sum.toPrecision(12)) }),
    sample(`${name}_count`, { labels, value: samples.length }),
  ];
}

function sample(
  name: string,
  { labels, value }: { readonly labels: Labels; readonly value: number },
): string {
  const pairs = Object.entries(labels).flatMap(([label, text]) =>
    text === null ? [] : [`${label}="${escaped(String(text))}"`],
  );
  return `${name}{${pairs.join(",")}} ${value}`;
}

function escaped(text: string): string {
  return makeHarmless(text)
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll("\n", String.raw`\n`);
}
