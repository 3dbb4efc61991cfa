import { element } from "./element.ts";
import type { Filter, Order } from "./row_order.ts";
import type { RunView } from "./run_view.ts";
import type { Words } from "./words.ts";

/** What the controls of the chart do. */
export interface StreamActions {
  order(order: Order): void;
  filter(filter: Filter): void;
  timeInRun(isInRun: boolean): void;
  zoom(factor: number): void;
  move(share: number): void;
  whole(): void;
  resize(steps: number): void;
}

interface StreamControls {
  readonly words: Words;
  readonly actions: StreamActions;
}

/** The controls of the chart of streams, and what its colours mean. */
export function streamControls(view: RunView, options: StreamControls): HTMLElement[] {
  return [controls(view, options), legend(view, options.words)];
}

function controls(view: RunView, { words, actions }: StreamControls): HTMLElement {
  const { sent, stalls } = view.requests;
  const order = select("order", words.of("order"), {
    start: words.of("start"),
    ttft: words.of("ttftFirst"),
    length: words.of("length"),
    stalls: words.of("stallsFirst"),
  });
  order.control.addEventListener("change", () => {
    actions.order(order.control.value as Order);
  });
  const filter = select("filter", words.of("show"), {
    all: words.of("allRequests"),
    complete: words.of("complete"),
    not_complete: words.of("notComplete"),
    ...(stalls.some((count) => (count ?? 0) > 0) ? { stalls: words.of("atLeastOneStall") } : {}),
  });
  filter.control.addEventListener("change", () => {
    actions.filter(filter.control.value as Filter);
  });
  const axis = select("axis", words.of("time"), {
    sent: words.of("sinceSent"),
    run: words.of("inTheRun"),
  });
  axis.control.addEventListener("change", () => {
    actions.timeInRun(axis.control.value === "run");
  });
  return element(
    "div",
    { class: "controls" },
    order.label,
    filter.label,
    ...(sent.some((time) => time > 0) ? [axis.label] : []),
    element(
      "span",
      { class: "group" },
      button("zoom-in", { title: words.of("zoomIn"), text: "+", action: () => actions.zoom(0.5) }),
      button("zoom-out", { title: words.of("zoomOut"), text: "−", action: () => actions.zoom(2) }),
      button("earlier", {
        title: words.of("earlier"),
        text: "←",
        action: () => actions.move(-0.25),
      }),
      button("later", { title: words.of("later"), text: "→", action: () => actions.move(0.25) }),
      button("whole", {
        title: words.of("whole"),
        text: "↔",
        action: () => actions.whole(),
      }),
    ),
    element(
      "span",
      { class: "group" },
      button("taller", { title: words.of("taller"), text: "↕", action: () => actions.resize(1) }),
      button("flatter", {
        title: words.of("flatter"),
        text: "≡",
        action: () => actions.resize(-1),
      }),
    ),
  );
}

function legend(view: RunView, words: Words): HTMLElement {
  const { kinds, stalls, outcome } = view.requests;
  const has = (kind: string): boolean => kinds.some((runs) => runs?.includes(kind));
  const entries: readonly (readonly [name: string, text: string, isShown: boolean])[] = [
    ["waiting", words.of("waiting"), true],
    ["reasoning", words.of("reasoning"), has("r")],
    ["answer", words.of("answer"), has("a")],
    ["tool", words.of("toolCall"), has("t")],
    ["unknown", words.of("delta"), !view.hasKinds],
    ["stall", words.of("stall"), stalls.some((count) => (count ?? 0) > 0)],
    ["cut", words.of("cut"), outcome.some((one) => one !== "complete")],
  ];
  const items = entries.filter(([, , isShown]) => isShown);
  return element(
    "div",
    {},
    element(
      "ul",
      { class: "legend" },
      ...items.map(([name, text]) => element("li", { class: name }, text)),
    ),
    element("p", { class: "controls help" }, words.of("help")),
  );
}

/** `title` is what it does, `text` what stands on it. */
function button(
  name: string,
  {
    title,
    text,
    action,
  }: { readonly title: string; readonly text: string; readonly action: () => void },
): HTMLElement {
  const attributes = { "aria-label": title, title, click: action };
  return element("button", { type: "button", "data-action": name, ...attributes }, text);
}

function select(
  name: string,
  label: string,
  options: Readonly<Record<string, string>>,
): { readonly label: HTMLElement; readonly control: HTMLSelectElement } {
  const control = element(
    "select",
    { "data-control": name },
    ...Object.entries(options).map(([value, text]) => element("option", { value }, text)),
  );
  return { label: element("label", {}, `${label} `, control), control };
}
