import { expect, test } from "bun:test";
import fc from "fast-check";
import { requestsCsv } from "../../../lib/report/export/csv.ts";
import { exportedRun } from "../../support/exported_runs.ts";
import { madeUpRecord, madeUpRun } from "../../support/records.ts";
import { runs } from "../../support/runs.ts";

/** The cells of a CSV, as RFC 4180 has it. */
function cellsOf(csv: string): string[][] {
  const lines: string[][] = [[]];
  for (const [, quoted, bare, end = ""] of csv.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g,
  )) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? bare ?? "");
    if (end !== ",") lines.push([]);
  }
  return lines.slice(0, -1);
}

function failing(message: string): ReturnType<typeof madeUpRecord> {
  const failure = { kind: "endpoint", status: 500, code: null, message } as const;
  return madeUpRecord(1, { outcome: "failed", failure, ttft: null, usage: null });
}

test("CSV has a row for each request, with the unit in the name of each column", () => {
  const run = madeUpRun([
    madeUpRecord(0, { scheduled: 0, sent: 1.5, gaps: [20, 30] }),
    failing('no, "never"\nagain'),
  ]);
  expect(requestsCsv([exportedRun(run)])).toBe(
    [
      "run,request,sent_ms,scheduled_ms,wait_ms,ended_ms,outcome,ttft_ms,ttfa_ms,tpot_ms,e2e_ms,closed_ms," +
        "output_tokens_per_second,deltas,stalls,longest_stall_ms,prompt_tokens,completion_tokens," +
        "reasoning_tokens,cached_tokens,resent,notes,error_kind,error_status,error_code,error_message",
      "run,0,1.5,0,1.5,152.5,complete,100,100,25,150,151,20,3,0,,30,3,,,false,,,,,",
      'run,1,200,,,250,failed,,,,,50,,0,,,,,,,false,,endpoint,500,,"no, ""never""\nagain"',
      "",
    ].join("\r\n"),
  );
});

test("no cell of CSV is a formula, and each text comes back but for the mark before it", () => {
  const start = fc.constantFrom("=", "+", "-", "@", "\t=", " =", "\uff1d", "\r", "\n", "");
  fc.assert(
    fc.property(start, fc.string(), (begin, rest) => {
      const text = `${begin}${rest}`;
      const lines = cellsOf(
        requestsCsv([exportedRun(madeUpRun([failing(text)]), { label: text })]),
      );
      for (const cell of [lines[1]?.[0], lines[1]?.at(-1)]) {
        expect(cell).not.toMatch(/^\s*[=+\-@\uff1d\uff0b\uff0d\uff20]/);
        expect(cell?.startsWith("'") && cell.slice(1) === text ? text : cell).toBe(text);
      }
    }),
    { numRuns: runs(200) },
  );
});

test("requests of transcripts have the names of their files", () => {
  const run = exportedRun(madeUpRun([madeUpRecord(0)]), { names: ["hello.sse"] });
  expect(cellsOf(requestsCsv([run]))[1]?.[1]).toBe("hello.sse");
});
