import { type PageRun, type Spread, WIDE } from "./page_data.ts";

/** The curves of several runs, as they can be drawn in one chart. */
export interface Overlay {
  readonly isLog: boolean;
  readonly curves: readonly { readonly label: string; readonly curve: Spread["curve"] }[];
}

/**
 * The curves of a metric of several runs on one axis, which is logarithmic where they spread widely. A logarithmic axis has no
 * 0, and a chart with one on it would be empty: what is below the axis stands at its start.
 *
 * @example
 * ```ts
 * overlayOf([], "ttft_ms"); // { isLog: false, curves: [] }
 * ```
 */
export function overlayOf(
  runs: readonly Pick<PageRun, "label" | "spreads">[],
  metric: string,
): Overlay {
  const shown = runs.flatMap(({ label, spreads }) => {
    const spread = spreads.find((one) => one.metric === metric);
    return spread === undefined ? [] : [{ label, spread }];
  });
  const lowest = Math.min(...shown.map(({ spread }) => spread.bars[0]?.from ?? Infinity));
  const highest = Math.max(0, ...shown.map(({ spread }) => spread.bars.at(-1)?.to ?? 0));
  const isLog = lowest > 0 && highest > lowest * WIDE;
  return {
    isLog,
    curves: shown.map(({ label, spread: { curve } }) => ({
      label,
      curve: isLog ? raised(curve, lowest) : curve,
    })),
  };
}

/** Of the values that are raised to the lowest, the last one tells how many there are up to it. */
function raised({ value, share }: Spread["curve"], lowest: number): Spread["curve"] {
  const above = value.findIndex((one) => one > lowest);
  const from = Math.max(0, (above === -1 ? value.length : above) - 1);
  return {
    value: value.slice(from).map((one) => Math.max(one, lowest)),
    share: share.slice(from),
  };
}
