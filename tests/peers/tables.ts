import { asRows, errorsOf, type Part, type Results, runsOf, streamsOf } from "./results.ts";
import { type Spread, spreadOf } from "./statistics.ts";
import type { ToolName } from "./tools/tool.ts";
import type { Metric } from "./truth.ts";

/** Rows of cells, the first one the head. */
export type Table = readonly (readonly string[])[];

/** What is compared, with its name in a table of each language. */
const COMPARED: readonly {
  readonly metric: Metric;
  readonly part: Part;
  readonly en: string;
  readonly zh: string;
}[] = [
  { metric: "ttft_ms", part: "p50", en: "TTFT p50", zh: "TTFT p50" },
  { metric: "ttft_ms", part: "p99", en: "TTFT p99", zh: "TTFT p99" },
  { metric: "icl_ms", part: "p50", en: "gap p50", zh: "间隔 p50" },
  { metric: "icl_ms", part: "p99", en: "gap p99", zh: "间隔 p99" },
  { metric: "itl_ms", part: "p50", en: "ITL p50", zh: "ITL p50" },
  { metric: "itl_ms", part: "p99", en: "ITL p99", zh: "ITL p99" },
];

const LABELS: Readonly<Record<Metric, string>> = {
  ttft_ms: "TTFT, ms",
  icl_ms: "ICL, ms",
  itl_ms: "ITL, ms",
  tpot_ms: "TPOT, ms",
  e2e_ms: "E2E, ms",
  output_tokens_per_second: "tokens/s",
  run_output_tokens_per_second: "tokens/s, run",
};

/** One row for each number of streams and tool: errors against the truth, in ms, the median of the rounds. */
export function shortTable({ runs, tools }: Results, language: "en" | "zh"): Table {
  const head =
    language === "en"
      ? ["streams", "tool", ...COMPARED.map(({ en }) => en), "CPU", "wall"]
      : ["并发", "工具", ...COMPARED.map(({ zh }) => zh), "CPU", "用时"];
  const rows = streamsOf(runs).flatMap((streams) =>
    tools.map(({ name, title }) => [
      String(streams),
      title,
      ...COMPARED.map(({ metric, part }) =>
        signed(errorsOf(runs, { tool: name, streams, metric, part })?.error.median),
      ),
      ...costsOf(runsOf(runs, { tool: name, streams })),
    ]),
  );
  return [head, ...rows];
}

/** One row for each number of streams, metric and tool: truth, what is reported, and the error with its spread. */
export function longTable({ runs, tools }: Results): Table {
  const rows = streamsOf(runs).flatMap((streams) =>
    COMPARED.flatMap(({ metric, part, en }) =>
      tools.flatMap(({ name, title }) => {
        const errors = errorsOf(runs, { tool: name, streams, metric, part });
        if (errors === null) return [[String(streams), en, title, "–", "–", "–", "–"]];
        const { truth, reported, error } = errors;
        const spread = `${signed(error.low)} to ${signed(error.high)}`;
        const values = [
          number(truth.median),
          number(reported.median),
          signed(error.median),
          spread,
        ];
        return [[String(streams), en, title, ...values]];
      }),
    ),
  );
  return [["streams", "ms", "tool", "truth", "reported", "error", "over the rounds"], ...rows];
}

/** What each run cost, and how late the endpoint itself was. */
export function costTable({ runs, tools }: Results): Table {
  const rows = streamsOf(runs).flatMap((streams) =>
    tools.map(({ name, title }) => {
      const own = runsOf(runs, { tool: name, streams });
      const spread = (of: (run: (typeof own)[number]) => number | null): string =>
        shownSpread(spreadOf(own.map(of)));
      return [
        String(streams),
        title,
        String(own[0]?.requests ?? ""),
        spread(({ cpu_s: cpu }) => cpu),
        spread(({ wall_s: wall }) => wall),
        spread(({ load_s: load }) => load),
        spread(({ connections }) => connections),
        spread(({ endpoint_late_ms: late }) => late),
      ];
    }),
  );
  return [
    [
      "streams",
      "tool",
      "requests",
      "CPU, s",
      "wall, s",
      "load, s",
      "connections",
      "endpoint late, ms",
    ],
    ...rows,
  ];
}

/** Of requests with injected faults: how many each tool counts as failures, and how many `--as` says it would. */
export function faultTable({ faults, tools }: Results): Table {
  const as = faults.find((run) => run.as !== undefined)?.as;
  const rows = tools.flatMap(({ name, title }) =>
    faults
      .filter(({ tool }) => tool === name)
      .slice(0, 1)
      .map(({ injected, complete, failed }) => {
        const kinds = ["status_429", "error_event", "cut"].map((kind) => injected[kind] ?? 0);
        const sum = kinds.reduce((all, one) => all + one, 0);
        const ours = name === "streamgauge" ? undefined : as?.[name].column.complete;
        const counts = [sum, failed, complete].map(String);
        return [title, kinds.map(String), counts, ours === undefined ? "–" : String(ours)].flat();
      }),
  );
  const head = ["tool", "429", "error event", "cut", "injected", "reported", "complete"];
  return [[...head, "complete by --as"], ...rows];
}

/** What each tool says itself beside our column for it. */
export function asTable({ runs, tools }: Results): Table {
  const titleOf = (name: ToolName): string =>
    tools.find((tool) => tool.name === name)?.title ?? name;
  const rows = asRows(runs).map((row) => [
    String(row.streams),
    titleOf(row.tool),
    `${LABELS[row.metric]}${row.metric === "run_output_tokens_per_second" ? "" : ` ${row.part}`}`,
    number(row.own.median),
    number(row.ownTruth.median),
    number(row.column.median),
    number(row.columnTruth.median),
    signed(row.difference),
    row.agrees ? "✓" : "✗",
  ]);
  return [["streams", "tool", "", "its own", "true", "--as", "true", "difference", ""], ...rows];
}

/** As Markdown. */
export function markdown(table: Table): string {
  const [head = [], ...rows] = table;
  return [head, head.map(() => "---"), ...rows]
    .map((cells) => `| ${cells.join(" | ")} |`)
    .join("\n");
}

/** For a terminal: the columns padded. */
export function plain(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((cells) => Bun.stringWidth(cells[column] ?? ""))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - Bun.stringWidth(cell)))
      .join("  ")
      .trimEnd();
  return table.map(line).join("\n");
}

function costsOf(runs: readonly { readonly cpu_s: number; readonly wall_s: number }[]): string[] {
  const cpu = spreadOf(runs.map((run) => run.cpu_s))?.median;
  const wall = spreadOf(runs.map((run) => run.wall_s))?.median;
  return [cpu, wall].map((value) => (value === undefined ? "–" : `${value.toFixed(1)} s`));
}

function shownSpread(spread: Spread | null): string {
  if (spread === null) return "–";
  const { median, low, high } = spread;
  return low === high ? number(median) : `${number(median)} (${number(low)} to ${number(high)})`;
}

function number(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  return Math.abs(value) >= 1000 ? value.toFixed(0) : value.toFixed(1);
}

/** With its sign; what rounds to nothing has none. */
function signed(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const shown = number(Math.abs(value));
  if (Number(shown) === 0) return shown;
  return `${value < 0 ? "−" : "+"}${shown}`;
}
