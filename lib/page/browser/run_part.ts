import type { OverTime } from "../../measure/over_time.ts";
import type { PageRun } from "../page_data.ts";
import { curvePlot, histogramPlot, linesPlot, type Plot } from "./plots.ts";
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
    const add = (chart: string, series: Parameters<typeof linesPlot>[1]["series"]): void => {
      const host = this.#section.querySelector<HTMLElement>(`[data-chart="${chart}"]`);
      if (host !== null) this.#plots.push(linesPlot(host, { step, series, words }));
    };
    add("output", [{ label: words.of("tokens"), values: tokens, color: "answer" }]);
    add("in-flight", [{ label: words.of("requests"), values: inFlight, color: "answer" }]);
    add("outcomes", [
      { label: words.of("complete"), values: complete, color: "answer" },
      { label: words.of("notComplete"), values: notComplete, color: "cut" },
    ]);
    if (due === null || sent === null) return;
    add("scheduled", [
      { label: words.of("due"), values: due, color: "stall" },
      { label: words.of("sent"), values: sent, color: "answer" },
    ]);
  }
}
