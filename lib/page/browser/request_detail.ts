import { formatTime } from "../../text/units.ts";
import { element } from "./element.ts";
import { gapPlot, type Plot } from "./plots.ts";
import type { RunView } from "./run_view.ts";
import type { Words } from "./words.ts";

/** More lines help nobody who reads them one by one. */
const MOST_GAP_LINES = 500;

/** One request, opened: its numbers, its outcome and error, its gaps, and its text where it was recorded. */
export class RequestDetail {
  readonly #host: HTMLElement;
  readonly #view: RunView;
  readonly #words: Words;
  readonly #onClosed: () => void;
  #plot: Plot | null = null;

  constructor(
    host: HTMLElement,
    view: RunView,
    { words, onClosed }: { readonly words: Words; readonly onClosed: () => void },
  ) {
    this.#host = element("div");
    host.append(this.#host);
    this.#view = view;
    this.#words = words;
    this.#onClosed = onClosed;
  }

  /** Shows a request in the place of the one that is shown, and takes the focus. */
  open(row: number): void {
    this.#plot?.destroy();
    this.#plot = null;
    const words = this.#words;
    const { requests } = this.#view;
    const title = element(
      "h4",
      { tabindex: -1 },
      `${words.of("request")} `,
      element("bdi", {}, requests.name[row] ?? ""),
    );
    const gaps = this.#view.gaps(row);
    const chart = element("div", { class: "chart", "data-chart": "gaps" });
    const detail = element(
      "section",
      {
        class: "detail",
        "data-request": row,
        "aria-label": `${words.of("request")} ${requests.name[row] ?? ""}`,
      },
      element(
        "header",
        {},
        title,
        element(
          "button",
          { type: "button", "data-action": "close", click: () => this.close() },
          words.of("close"),
        ),
      ),
      this.#facts(row),
      ...this.#error(row),
      ...(gaps === null || gaps.length === 0
        ? []
        : [element("h5", {}, words.of("gaps")), chart, this.#gapTable(gaps)]),
      ...this.#texts(row),
    );
    detail.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
    });
    this.#host.replaceChildren(detail);
    if (gaps !== null && gaps.length > 0) {
      const first = requests.ttft[row] ?? 0;
      this.#plot = gapPlot(chart, { gaps, first, stall: this.#view.run.stall, words });
    }
    title.focus();
  }

  close(): void {
    if (this.#host.childElementCount === 0) return;
    this.#plot?.destroy();
    this.#plot = null;
    this.#host.replaceChildren();
    this.#onClosed();
  }

  /** Draws anew what is drawn. */
  draw(): void {
    this.#plot?.draw();
  }

  #facts(row: number): HTMLElement {
    const { requests } = this.#view;
    const words = this.#words;
    const facts: readonly (readonly [name: string, value: string])[] = [
      [words.of("outcome"), words.outcome(requests.outcome[row] ?? "complete")],
      ["TTFT", formatTime(requests.ttft[row] ?? null)],
      ["TPOT", formatTime(requests.tpot[row] ?? null)],
      ["E2E", formatTime(requests.e2e[row] ?? null)],
      [words.of("tokens"), String(requests.tokens[row] ?? "–")],
      [words.of("deltas"), String(requests.deltas[row] ?? 0)],
      [words.of("stalls"), String(requests.stalls[row] ?? "–")],
    ];
    return element(
      "dl",
      { class: "facts" },
      ...facts.map(([name, value]) =>
        element("div", {}, element("dt", {}, name), element("dd", {}, value)),
      ),
    );
  }

  #error(row: number): HTMLElement[] {
    const error = this.#view.requests.errors[this.#view.requests.error[row] ?? -1];
    return error === undefined ? [] : [element("p", { class: "error" }, element("bdi", {}, error))];
  }

  #gapTable(gaps: Float64Array): HTMLElement {
    const words = this.#words;
    const isLong = gaps.length > MOST_GAP_LINES;
    const caption = `${words.of("gaps")}${isLong ? ` (${words.firstOnly(MOST_GAP_LINES)})` : ""}`;
    const details = element("details", { class: "numbers" }, element("summary", {}, caption));
    details.addEventListener(
      "toggle",
      () => {
        const rows = [...gaps.subarray(0, MOST_GAP_LINES)].map((gap, index) =>
          element(
            "tr",
            {},
            element("th", { scope: "row" }, String(index + 1)),
            element("td", {}, formatTime(gap)),
          ),
        );
        const table = element(
          "table",
          {},
          element("caption", {}, caption),
          element("tbody", {}, ...rows),
        );
        details.append(
          element(
            "div",
            { class: "wide", tabindex: 0, role: "group", "aria-label": caption },
            table,
          ),
        );
      },
      { once: true },
    );
    return details;
  }

  #texts(row: number): HTMLElement[] {
    const words = this.#words;
    const text = this.#view.requests.text[row] ?? null;
    if (text === null) return [element("p", {}, words.of("noText"))];
    const parts: readonly (readonly [name: string, text: string])[] = [
      [words.of("reasoning"), text.reasoning],
      [words.of("answer"), text.answer],
      ...text.tools.map((tool) => [words.of("toolCall"), tool] as const),
    ];
    const shown = parts
      .filter(([, said]) => said !== "")
      .flatMap(([name, said]) => [
        element("h5", {}, name),
        element("pre", { dir: "auto", tabindex: 0, role: "group", "aria-label": name }, said),
      ]);
    return text.leftOut === 0 ? shown : [...shown, element("p", {}, words.leftOut(text.leftOut))];
  }
}
