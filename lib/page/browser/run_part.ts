import type { OverTime } from "../../measure/over_time.ts";
import type { LineChart, PageRun } from "../page_data.ts";
import { linesPlot } from "./lines_plot.ts";
import { partCharts } from "./part_charts.ts";
import { curvePlot, histogramPlot, type Plot } from "./plots.ts";
import { RequestDetail } from "./request_detail.ts";
import { RequestTable } from "./request_table.ts";
import { RunView } from "./run_view.ts";
import { StreamChart } from "./stream_chart.ts";
import type { Words } from "./words.ts";

/** The part of the page that is about one run: its charts are made when it is first shown. */
export class RunPart {
  readonly #section: HTMLElement;
  readonly #run: PageRun;
  readonly #words: Words;
  readonly #plots: Plot[] = [];
  #chart: StreamChart | null = null;
  #detail: RequestDetail | null = null;

  constructor(section: HTMLElement, run: PageRun, words: Words) {
    this.#section = section;
    this.#run = run;
    this.#words = words;
  }

  show(isShown: boolean): void {
    this.#section.hidden = !isShown;
    if (isShown && this.#chart === null) this.#make();
  }

  /** Draws everything anew, as when the colours have changed. */
  draw(): void {
    for (const plot of this.#plots) plot.draw();
    this.#chart?.draw();
    this.#detail?.draw();
  }

  #make(): void {
    const host = this.#section.querySelector<HTMLElement>('[data-chart="streams"]');
    if (host === null) return;
    const words = this.#words;
    const view = new RunView(this.#run);
    const open = (row: number): void => {
      this.#chart?.select(row);
      this.#detail?.open(row);
    };
    let table: RequestTable | null = null;
    let rows: readonly number[] = [];
    this.#chart = new StreamChart(host, view, {
      words,
      onOpen: open,
      onClose: () => this.#detail?.close(),
      onRows(shown) {
        rows = shown;
        table?.show(shown);
      },
    });
    this.#detail = new RequestDetail(host, view, { words, onClosed: () => this.#chart?.focus() });
    table = new RequestTable(host, view, { words, onOpen: open });
    table.show(rows);
    this.#makeSpreads();
    this.#plots.push(...partCharts(this.#section, this.#run.charts, words));
    if (this.#run.overTime !== null) this.#makeOverTime(this.#run.overTime);
  }

  #makeSpreads(): void {
    for (const spread of this.#run.spreads) {
      const at = (chart: string): HTMLElement | null =>
        this.#section.querySelector(`[data-chart="${chart}"][data-metric="${spread.metric}"]`);
      const [histogram, curve] = [at("histogram"), at("curve")];
      if (histogram !== null) this.#plots.push(histogramPlot(histogram, spread, this.#words));
      if (curve !== null) this.#plots.push(curvePlot(curve, spread, this.#words));
    }
  }

  #makeOverTime({ step, tokens, inFlight, complete, notComplete, due, sent }: OverTime): void {
    const words = this.#words;
    const { end } = this.#run;
    const at = tokens.map((_, index) => Number((index * step).toFixed(3)));
    const line = (name: string, values: readonly number[], color: number): LineChart["lines"] => [
      { name, at, values, color, holds: "on" },
    ];
    const add = (chart: string, up: LineChart["up"], lines: LineChart["lines"]): void => {
      const host = this.#section.querySelector<HTMLElement>(`[data-chart="${chart}"]`);
      const course = { name: chart, across: "time", up, level: null, end, lines } as const;
      if (host !== null) this.#plots.push(linesPlot(host, course, words));
    };
    add("output", "count", line(words.of("tokens"), tokens, 0));
    add("in-flight", "count", line(words.of("requests"), inFlight, 0));
    add("outcomes", "count", [
      ...line(words.of("complete"), complete, 0),
      ...line(words.of("notComplete"), notComplete, CUT),
    ]);
    if (due === null || sent === null) return;
    add("scheduled", "count", [
      ...line(words.of("due"), due, 1),
      ...line(words.of("sent"), sent, 0),
    ]);
  }
}

/** Of the colours of lines, the one of what was cut. */
const CUT = 4;
