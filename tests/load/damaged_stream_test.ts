import { expect, test } from "bun:test";
import { damageOf } from "../../lib/load/damaged_stream.ts";
import type { Failure, Verdict } from "../../lib/measure/outcome.ts";
import { HEADER } from "../support/transcripts.ts";

const complete: Verdict = { outcome: "complete", failure: null };
const closing = { kind: "end", at: 5000 } as const;
const whole = { header: HEADER, closing };

function failed(given: Partial<Failure>, outcome: "failed" | "truncated" = "failed"): Verdict {
  const failure = { kind: "endpoint", status: 500, code: null, message: "m", ...given } as const;
  return { outcome, failure };
}

test("a stream without its head, or its closing line, is damaged, whatever it tells", () => {
  const same = { found: complete, told: complete };
  expect(damageOf(whole, same)).toBeNull();
  expect(damageOf({ header: null, closing }, same)).toEqual({ kind: "headless" });
  expect(damageOf({ header: HEADER, closing: null }, same)).toEqual({ kind: "cut" });
  expect(damageOf({ header: null, closing: null }, same)).toEqual({ kind: "headless" });
});

test("a stream tells what its run told, by its outcome and the kind and status of its failure", () => {
  const told = failed({});
  const other = { kind: "other", found: "failed", told: "failed" } as const;
  expect(damageOf(whole, { found: failed({}), told })).toBeNull();
  // Words and codes may be told otherwise by another version.
  expect(damageOf(whole, { found: failed({ message: "n", code: "c" }), told })).toBeNull();
  expect(damageOf(whole, { found: failed({ status: 503 }), told })).toEqual(other);
  expect(damageOf(whole, { found: failed({ kind: "network" }), told })).toEqual(other);
  const cut = failed({}, "truncated");
  expect(damageOf(whole, { found: cut, told })).toEqual({ ...other, found: "truncated" });
  expect(damageOf(whole, { found: complete, told })).toEqual({ ...other, found: "complete" });
});
