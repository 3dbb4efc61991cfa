import { expect, test } from "bun:test";
import type { RequestColumns } from "../../lib/page/page_data.ts";
import { type Filter, type Order, rowsOf } from "../../lib/page/browser/row_order.ts";
import { kindsOf } from "../../lib/page/browser/run_view.ts";

const requests = {
  sent: [0, 300, 100, 200],
  ttft: [50, null, 90, 70],
  e2e: [500, null, 400, 900],
  end: [510, 5000, 410, 910],
  stalls: [0, null, 2, 1],
  outcome: ["complete", "failed", "complete", "truncated"],
} as unknown as RequestColumns;

function by(order: Order): number[] {
  return rowsOf(requests, { order, filter: "all" });
}

function shown(filter: Filter): number[] {
  return rowsOf(requests, { order: "start", filter });
}

test("rows are ordered by start, TTFT, length and stalls, and what has none comes last", () => {
  expect(by("start")).toEqual([0, 2, 3, 1]);
  expect(by("ttft")).toEqual([2, 3, 0, 1]);
  // The failed one ended late, without a delta.
  expect(by("length")).toEqual([1, 3, 0, 2]);
  expect(by("stalls")).toEqual([2, 3, 0, 1]);
});

test("rows are chosen by their outcome and their stalls", () => {
  expect(shown("complete")).toEqual([0, 2]);
  expect(shown("not_complete")).toEqual([3, 1]);
  expect(shown("stalls")).toEqual([2, 3]);
});

test("kinds are unpacked one by one", () => {
  expect(kindsOf("r2a1t1")).toEqual(["r", "r", "a", "t"]);
  expect(kindsOf("")).toEqual([]);
  expect(kindsOf(null)).toBeNull();
});
