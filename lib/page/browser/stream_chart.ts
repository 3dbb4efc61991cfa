import { element } from "./element.ts";
import { listenToPointer } from "./pointer.ts";
import { type Filter, type Order, rowsOf } from "./row_order.ts";
import type { RunView } from "./run_view.ts";
import {
  AXIS,
  drawStreams,
  rowWords,
  type StreamPicture,
  timeAt,
  type TimeWindow,
} from "./stream_canvas.ts";
import { streamControls } from "./stream_controls.ts";
import type { Words } from "./words.ts";

const HEIGHTS = [2, 4, 8, 14, 20] as const;
/** Flatter rows run into each other: then it scrolls. */
const READABLE = 4;
/** Nobody looks closer, in µs. */
const NARROWEST = 100;

/** What the chart tells of itself. */
export interface StreamChartOptions {
  readonly words: Words;
  readonly onOpen: (row: number) => void;
  readonly onClose: () => void;
  /** The rows or their order are others. */
  readonly onRows: (rows: readonly number[]) => void;
}

/** The chart of the streams: a row for each request, a mark for each delta. */
export class StreamChart {
  readonly #view: RunView;
  readonly #options: StreamChartOptions;
  readonly #canvas = element("canvas", { "aria-hidden": "true" });
  readonly #spacer = element("div");
  readonly #scroller: HTMLDivElement;
  readonly #status = element("p", { class: "status", role: "status" });
  #order: Order = "start";
  #filter: Filter = "all";
  #inRun = false;
  #rows: readonly number[] = [];
  #selected: number | null = null;
  #window: TimeWindow;
  #rowHeight: number = READABLE;
  #isSized = false;
  #isDue = false;

  constructor(host: HTMLElement, view: RunView, options: StreamChartOptions) {
    this.#view = view;
    this.#options = options;
    this.#window = this.#whole();
    const { words } = options;
    this.#scroller = element(
      "div",
      { class: "rows", tabindex: 0, role: "group", "aria-label": words.of("chart") },
      this.#canvas,
      this.#spacer,
    );
    host.append(...this.#controls(), this.#scroller, this.#status);
    this.#listen();
    this.#arrange();
  }

  /** Chooses a row, and brings it into sight. */
  select(row: number): void {
    this.#selected = row;
    const place = this.#rows.indexOf(row);
    const top = place * this.#rowHeight;
    const seen = this.#scroller.clientHeight - AXIS;
    if (top < this.#scroller.scrollTop) this.#scroller.scrollTop = top;
    if (top + this.#rowHeight > this.#scroller.scrollTop + seen) {
      this.#scroller.scrollTop = top + this.#rowHeight - seen;
    }
    this.#say(row);
    this.draw();
  }

  focus(): void {
    this.#scroller.focus();
  }

  /** Draws at the next frame. */
  draw(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    requestAnimationFrame(() => {
      this.#isDue = false;
      if (this.#scroller.clientWidth > 0) drawStreams(this.#canvas, this.#picture());
    });
  }

  #picture(): StreamPicture {
    return {
      view: this.#view,
      rows: this.#rows,
      window: this.#window,
      rowHeight: this.#rowHeight,
      scrolled: this.#scroller.scrollTop,
      width: this.#scroller.clientWidth,
      height: this.#scroller.clientHeight,
      inRun: this.#inRun,
      selected: this.#selected,
    };
  }

  /** All of the time there is. */
  #whole(): TimeWindow {
    const { sent, end } = this.#view.requests;
    const to = end.reduce<number>(
      (most, time, row) => Math.max(most, (time ?? 0) + (this.#inRun ? (sent[row] ?? 0) : 0)),
      0,
    );
    const from = this.#inRun ? sent.reduce((least, time) => Math.min(least, time), to) : 0;
    return { from, to: Math.max(from + 1000, to + (to - from) * 0.01) };
  }

  /** Chooses the rows anew, with what belongs to them. */
  #arrange(): void {
    this.#rows = rowsOf(this.#view.requests, { order: this.#order, filter: this.#filter });
    if (!this.#isSized) this.#rowHeight = heightFor(this.#rows.length);
    this.#spacer.style.height = "0";
    const height = Math.min(420, Math.max(120, this.#rows.length * this.#rowHeight + AXIS + 4));
    this.#scroller.style.height = `${height}px`;
    const rest = this.#rows.length * this.#rowHeight + AXIS - this.#scroller.clientHeight;
    this.#spacer.style.height = `${Math.max(0, rest)}px`;
    this.#status.textContent = this.#rows.length === 0 ? this.#options.words.of("noRequests") : "";
    this.#options.onRows(this.#rows);
    this.draw();
  }

  #say(row: number): void {
    const { words } = this.#options;
    const outcome = words.outcome(this.#view.requests.outcome[row] ?? "complete");
    const said = rowWords(this.#view, row, { outcome, deltas: words.of("deltas") });
    this.#status.textContent = `${words.of("request")} ${said}`;
  }

  #controls(): HTMLElement[] {
    const again = (): void => {
      this.#scroller.scrollTop = 0;
      this.#arrange();
    };
    return streamControls(this.#view, {
      words: this.#options.words,
      actions: {
        order: (order) => {
          this.#order = order;
          again();
        },
        filter: (filter) => {
          this.#filter = filter;
          again();
        },
        timeInRun: (isInRun) => {
          this.#inRun = isInRun;
          this.#show(this.#whole());
        },
        zoom: (factor) => this.#zoom(factor),
        move: (share) => this.#move(share),
        whole: () => this.#show(this.#whole()),
        resize: (steps) => this.#resize(steps),
      },
    });
  }

  #zoom(factor: number, around = (this.#window.from + this.#window.to) / 2): void {
    const { from, to } = this.#window;
    this.#show({ from: around - (around - from) * factor, to: around + (to - around) * factor });
  }

  #move(share: number): void {
    const { from, to } = this.#window;
    const way = (to - from) * share;
    this.#show({ from: from + way, to: to + way });
  }

  /** Shows a part of the time, within what there is. */
  #show({ from, to }: TimeWindow): void {
    const whole = this.#whole();
    const length = Math.min(whole.to - whole.from, Math.max(NARROWEST, to - from));
    const start = Math.max(whole.from, Math.min(whole.to - length, from));
    this.#window = { from: start, to: start + length };
    this.#scroller.dataset["window"] = `${Math.round(start)}-${Math.round(start + length)}`;
    this.draw();
  }

  #resize(steps: number): void {
    this.#isSized = true;
    const at = HEIGHTS.findIndex((height) => height >= this.#rowHeight);
    this.#rowHeight = HEIGHTS[Math.max(0, Math.min(HEIGHTS.length - 1, at + steps))] ?? HEIGHTS[0];
    this.#arrange();
  }

  #step(places: number): void {
    if (this.#rows.length === 0) return;
    const at = this.#selected === null ? -1 : this.#rows.indexOf(this.#selected);
    const next = at === -1 ? 0 : Math.max(0, Math.min(this.#rows.length - 1, at + places));
    this.select(this.#rows[next] ?? 0);
  }

  #listen(): void {
    const scroller = this.#scroller;
    scroller.addEventListener("scroll", () => this.draw(), { passive: true });
    scroller.addEventListener("keydown", (event) => this.#key(event));
    // Width alone: the height is set here.
    let width = 0;
    new ResizeObserver(() => {
      if (scroller.clientWidth === width) return;
      width = scroller.clientWidth;
      this.#arrange();
    }).observe(scroller);
    listenToPointer(this.#canvas, {
      hover: (_, y) => {
        const row = this.#rowAt(y);
        if (row !== null) this.#say(row);
      },
      drag: (from, to) => this.#drawDrag(from, to),
      dragged: (from, to) => {
        const times = [from, to].map((x) => timeAt(x, this.#picture()));
        this.#show({ from: Math.min(...times), to: Math.max(...times) });
      },
      click: (_, y) => {
        const row = this.#rowAt(y);
        if (row !== null) this.#options.onOpen(row);
      },
    });
    this.#canvas.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        this.#zoom(event.deltaY > 0 ? 1.25 : 0.8, timeAt(event.offsetX, this.#picture()));
      },
      { passive: false },
    );
  }

  #drawDrag(from: number, to: number): void {
    drawStreams(this.#canvas, this.#picture());
    const context = this.#canvas.getContext("2d");
    if (context === null) return;
    context.globalAlpha = 0.2;
    context.fillStyle = getComputedStyle(this.#scroller).getPropertyValue("--accent");
    context.fillRect(Math.min(from, to), AXIS, Math.abs(to - from), this.#scroller.clientHeight);
    context.globalAlpha = 1;
  }

  #rowAt(y: number): number | null {
    if (y < AXIS) return null;
    return this.#rows[Math.floor((y - AXIS + this.#scroller.scrollTop) / this.#rowHeight)] ?? null;
  }

  #key(event: KeyboardEvent): void {
    const page = Math.max(
      1,
      Math.floor((this.#scroller.clientHeight - AXIS) / this.#rowHeight) - 1,
    );
    const actions: Readonly<Record<string, () => void>> = {
      ArrowDown: () => this.#step(1),
      ArrowUp: () => this.#step(-1),
      PageDown: () => this.#step(page),
      PageUp: () => this.#step(-page),
      Home: () => this.#step(-Infinity),
      End: () => this.#step(Infinity),
      ArrowRight: () => this.#move(0.25),
      ArrowLeft: () => this.#move(-0.25),
      "+": () => this.#zoom(0.5),
      "=": () => this.#zoom(0.5),
      "-": () => this.#zoom(2),
      "0": () => this.#show(this.#whole()),
      Enter: () => {
        if (this.#selected !== null) this.#options.onOpen(this.#selected);
      },
      Escape: () => this.#options.onClose(),
    };
    const action = event.ctrlKey || event.metaKey || event.altKey ? undefined : actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  }
}

/** As high as so many rows may be without scrolling, in px. */
function heightFor(rows: number): number {
  return HEIGHTS.findLast((height) => height * rows <= 380 && height >= READABLE) ?? READABLE;
}
