import { NO_VALUE } from "./units.ts";

const grouped = new Intl.NumberFormat("en-US");
const short = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 3 });

/** A count for people: `512`, `25,600`. {@linkcode NO_VALUE} for `null`. */
export function formatCount(count: number | null): string {
  return count === null ? NO_VALUE : grouped.format(count);
}

/** A sum of money for people, without its currency, in three digits: `0.0000123`, `12.3`. */
export function formatMoney(sum: number): string {
  return short.format(sum);
}

/**
 * A share for people: `12%`, `0.4%`. What is not quite all is never `100%`, and what is not quite nothing never `0%`.
 * {@linkcode NO_VALUE} for `null`.
 *
 * @example
 * ```ts
 * formatShare(0.9999); // "99.9%"
 * ```
 */
export function formatShare(share: number | null): string {
  if (share === null) return NO_VALUE;
  const percent = share * 100;
  if (percent >= 9.95 && percent <= 99) return `${Math.round(percent)}%`;
  const tenths = Math.round(percent * 10) / 10;
  if (percent > 0 && percent < 0.1) return "0.1%";
  return percent < 100 && tenths === 100 ? "99.9%" : `${tenths}%`;
}
