import { formatTime } from "../../text/units.ts";
import { element } from "./element.ts";
import type { RunView } from "./run_view.ts";
import type { Words } from "./words.ts";

/** More rows at once are slow to lay out. */
const ROWS_PER_PAGE = 50;

/** The requests as a table, in the order and with the filter of the chart: what is behind it, a page at a time. */
export class RequestTable {
  readonly #view: RunView;
  readonly #words: Words;
  readonly #onOpen: (row: number) => void;
  readonly #body = element("tbody");
  readonly #place = element("span");
  readonly #previous: HTMLButtonElement;
  readonly #next: HTMLButtonElement;
  #rows: readonly number[] = [];
  #page = 0;

  constructor(
    host: HTMLElement,
    view: RunView,
    { words, onOpen }: { readonly words: Words; readonly onOpen: (row: number) => void },
  ) {
    this.#view = view;
    this.#words = words;
    this.#onOpen = onOpen;
    const headings = [
      words.of("request"),
      words.of("outcome"),
      words.of("start"),
      "TTFT",
      "TPOT",
      "E2E",
      words.of("tokens"),
      words.of("deltas"),
      words.of("stalls"),
      words.of("error"),
    ];
    const turn = (pages: number): void => {
      this.#page += pages;
      this.#fill();
    };
    this.#previous = element(
      "button",
      { type: "button", click: () => turn(-1) },
      words.of("previous"),
    );
    this.#next = element("button", { type: "button", click: () => turn(1) }, words.of("next"));
    host.append(
      element(
        "details",
        { class: "numbers requests" },
        element("summary", {}, words.of("requests")),
        element(
          "div",
          { class: "wide", tabindex: 0, role: "group", "aria-label": words.of("requests") },
          element(
            "table",
            {},
            element(
              "thead",
              {},
              element("tr", {}, ...headings.map((text) => element("th", { scope: "col" }, text))),
            ),
            this.#body,
          ),
        ),
        element("p", { class: "controls pager" }, this.#previous, this.#next, this.#place),
      ),
    );
  }

  /** Shows these rows, from the first on. */
  show(rows: readonly number[]): void {
    this.#rows = rows;
    this.#page = 0;
    this.#fill();
  }

  #fill(): void {
    const from = this.#page * ROWS_PER_PAGE;
    const shown = this.#rows.slice(from, from + ROWS_PER_PAGE);
    this.#body.replaceChildren(...shown.map((row) => this.#line(row)));
    this.#previous.disabled = this.#page === 0;
    this.#next.disabled = from + ROWS_PER_PAGE >= this.#rows.length;
    const first = Math.min(from + 1, this.#rows.length);
    this.#place.textContent = this.#words.range(first, from + shown.length, {
      of: this.#rows.length,
    });
  }

  #line(row: number): HTMLElement {
    const { requests } = this.#view;
    const open = element(
      "button",
      { type: "button", "data-row": row, click: () => this.#onOpen(row) },
      element("bdi", {}, requests.name[row] ?? ""),
    );
    const cells = [
      this.#words.outcome(requests.outcome[row] ?? "complete"),
      formatTime(requests.sent[row] ?? null),
      formatTime(requests.ttft[row] ?? null),
      formatTime(requests.tpot[row] ?? null),
      formatTime(requests.e2e[row] ?? null),
      String(requests.tokens[row] ?? "–"),
      String(requests.deltas[row] ?? 0),
      String(requests.stalls[row] ?? "–"),
    ];
    return element(
      "tr",
      {},
      element("th", { scope: "row" }, open),
      ...cells.map((text) => element("td", {}, text)),
      element("td", {}, element("bdi", {}, requests.errors[requests.error[row] ?? -1] ?? "")),
    );
  }
}
