import type { PageData } from "../page_data.ts";
import { loadPlot } from "./load_plot.ts";
import { partCharts } from "./part_charts.ts";
import { overlayPlot, type Plot } from "./plots.ts";
import { RunPart } from "./run_part.ts";
import { onThemeChange } from "./theme.ts";
import { Words } from "./words.ts";

const data = JSON.parse(document.querySelector("#data")?.textContent ?? "{}") as PageData;
const words = new Words(data.language);
const plots: Plot[] = [];

const parts = [...document.querySelectorAll<HTMLElement>("section.run")].flatMap((section) => {
  const run = data.runs[Number(section.dataset["run"])];
  return run === undefined ? [] : [new RunPart(section, run, words)];
});

const show = (shown: number): void => {
  for (const [at, part] of parts.entries()) part.show(at === shown);
};

const picker = document.querySelector<HTMLSelectElement>("#picker");
picker?.addEventListener("change", () => show(Number(picker.value)));
show(0);

for (const host of document.querySelectorAll<HTMLElement>('[data-chart="overlay"]')) {
  plots.push(overlayPlot(host, data.runs, host.dataset["metric"] ?? ""));
}
plots.push(...partCharts(document, data.charts, words));
if (data.loadCurve !== null) {
  const curve = data.loadCurve;
  for (const host of document.querySelectorAll<HTMLElement>('[data-chart="load"]')) {
    const metric = host.dataset["metric"] === "tpot" ? "tpot" : "ttft";
    plots.push(loadPlot(host, { curve, metric, words }));
  }
}

onThemeChange(() => {
  for (const plot of plots) plot.draw();
  for (const part of parts) part.draw();
});
document.documentElement.dataset["ready"] = "true";
