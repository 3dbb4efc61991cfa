import { expect, test } from "bun:test";
import fc from "fast-check";
import {
  isIncomplete,
  type ProcessDeath,
  unknownRequests,
} from "../../lib/measure/process_death.ts";
import { benchJson } from "../../lib/report/run/run_json.ts";
import { endJson } from "../../lib/report/run/run_json.ts";
import { renderRun } from "../../lib/report/run/run_table.ts";
import { warningsOf } from "../../lib/report/run/warnings.ts";
import {
  clockCorrected,
  simulatedDied,
  workersDied,
} from "../../lib/report/run/process_death_texts.ts";
import { indexWords, processEndWords } from "../../lib/report/run/process_end_words.ts";
import { madeUpRecords, madeUpRun } from "../support/records.ts";

const killed = { kind: "signal", signal: "SIGKILL" } as const;

function death(given: Partial<ProcessDeath> = {}): ProcessDeath {
  return { role: "worker", phase: "run", end: killed, unknown: [], left: 0, ...given };
}

test("how a process ended is said in a few words, in both languages", () => {
  const words = (
    [
      killed,
      { kind: "signal", signal: "SIGSEGV" },
      { kind: "exit", code: 3 },
      { kind: "error", message: "RangeError: no room" },
      { kind: "unreadable" },
      { kind: "silent" },
    ] as const
  ).map((end) => {
    const { en, zh } = processEndWords(end);
    return `${en} / ${zh}`;
  });
  expect(words).toEqual([
    "SIGKILL, probably because memory ran out / SIGKILL，可能是内存不足",
    "SIGSEGV / SIGSEGV",
    "exit code 3 / 退出码 3",
    "RangeError: no room / RangeError: no room",
    "what it reported could not be read / 无法读取它的报告",
    "it did not answer, so it was ended / 没有响应，已被终止",
  ]);
});

test("indexes are shortened: neighbours to a range, and only the first ones of many", () => {
  expect(indexWords([])).toEqual({ en: "", zh: "" });
  expect(indexWords([7])).toEqual({ en: "7", zh: "7" });
  expect(indexWords([1, 2, 3, 7, 9, 10])).toEqual({ en: "1–3, 7, 9–10", zh: "1–3、7、9–10" });
  const fourths = Array.from({ length: 12 }, (_, index) => index * 4);
  expect(indexWords(fourths)).toEqual({
    en: "0, 4, 8, 12, 16, 20, 24, 28 and 4 more",
    zh: "0、4、8、12、16、20、24、28 等（另有 4 个）",
  });
});

test("no index is lost in the shortening: those named and those counted are all", () => {
  const sets = fc.uniqueArray(fc.nat(200)).map((list) => list.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(sets, (indexes) => {
      const [named = "", more = "0"] = indexWords(indexes).en.split(/ and | more/);
      const ranges =
        named === "" ? [] : named.split(", ").map((range) => range.split("–").map(Number));
      const count = ranges.reduce((sum, [first = 0, last = first]) => sum + last - first + 1, 0);
      expect(count + Number(more)).toBe(indexes.length);
    }),
  );
});

test("a run lacks requests only where a process died in its measured part", () => {
  const inWarmUp = death({ phase: "warmup", unknown: [1] });
  expect([isIncomplete([]), isIncomplete([inWarmUp]), isIncomplete([inWarmUp, death()])]).toEqual([
    false,
    false,
    true,
  ]);
  expect(unknownRequests([death({ unknown: [5, 9] }), inWarmUp, death({ unknown: [2] })])).toEqual([
    2, 5, 9,
  ]);
});

test("the warning says what is unknown, what was not sent, and what to do", () => {
  expect(workersDied([])).toBeNull();
  expect(workersDied([death({ unknown: [9, 13], left: 7 })])).toEqual({
    cause: {
      en: "a worker process died (SIGKILL, probably because memory ran out): what became of 2 requests is unknown (9, 13), and 7 planned were not sent",
      zh: "1 个工作进程意外终止（SIGKILL，可能是内存不足）：2 个请求的结果未知（编号 9、13），另有 7 个计划中的请求没有发送",
    },
    step: {
      en: "Free memory, or lower --workers or --concurrency, and run it again",
      zh: "请释放内存，或降低 --workers、--concurrency，然后重新运行",
    },
  });
  const crashed = { kind: "signal", signal: "SIGSEGV" } as const;
  const several = [death({ end: crashed, unknown: [3], left: null }), death({ end: crashed })];
  expect(workersDied(several)).toEqual({
    cause: {
      en: "2 worker processes died (SIGSEGV): what became of 1 request is unknown (3)",
      zh: "2 个工作进程意外终止（SIGSEGV）：1 个请求的结果未知（编号 3）",
    },
    step: { en: "Run it again", zh: "请重新运行" },
  });
  expect(workersDied([death({ left: 1 })])?.cause).toEqual({
    en: "a worker process died (SIGKILL, probably because memory ran out): nothing was under way in it, and 1 planned was not sent",
    zh: "1 个工作进程意外终止（SIGKILL，可能是内存不足）：当时没有进行中的请求，另有 1 个计划中的请求没有发送",
  });
});

test("the other warnings about processes read so, in both languages", () => {
  expect(workersDied([death({ phase: "warmup", unknown: [1] })])?.cause.zh).toBe(
    "1 个工作进程意外终止（SIGKILL，可能是内存不足）：发生在预热阶段，已由新进程接替，但其连接未经预热",
  );
  expect(simulatedDied([death()])).toBeNull();
  expect(simulatedDied([death({ role: "simulated" })])?.cause).toEqual({
    en: "the simulated model died (SIGKILL, probably because memory ran out): no more was sent, and what failed then says nothing about an endpoint",
    zh: "模拟模型意外终止（SIGKILL，可能是内存不足）：此后不再发送，由此产生的失败与任何接口无关",
  });
  expect(clockCorrected(-3_600_000_000).cause).toEqual({
    en: "the clock of another process was 60 min 00 s behind, because the system's clock was set meanwhile: its times are corrected",
    zh: "另一进程的时钟慢了 60 min 00 s，因为系统时间在此期间被调整：其时间已校正",
  });
});

test("JSON and warnings tell of an incomplete run, and say nothing of a whole one", () => {
  const whole = madeUpRun(madeUpRecords(100));
  const lacking = madeUpRun(madeUpRecords(100), {
    deaths: [death({ unknown: [100] })],
    instrument: { clockOffset: 5_000_000 },
  });
  expect(endJson([whole])).toEqual({});
  expect(endJson([whole, lacking])).toEqual({ incomplete: true });
  expect(warningsOf(whole)).toEqual([]);
  expect(warningsOf(lacking).map(({ code }) => code)).toEqual(["worker_died", "clock_offset"]);
  // What is unknown is neither a failure nor unsent.
  const json = benchJson({ run: lacking, warnings: [] }, "en");
  expect(json["summary"]).toEqual(benchJson({ run: whole, warnings: [] }, "en")["summary"]);
});

test.each([
  [
    "en",
    "the run is incomplete, since a process died: percentiles are lower bounds",
    "; 2 unknown",
  ],
  ["zh", "有进程意外终止，运行不完整：百分位数只是下界", "；结果未知 2 个"],
] as const)("the table of an incomplete run says so in %s", (language, line, count) => {
  const deaths = [death({ unknown: [1, 2] })];
  const shown = (records: number): string =>
    renderRun(madeUpRun(madeUpRecords(records), { deaths }), {
      language,
      width: 100,
      styles: { yellow: String, dim: String, bold: String } as never,
      warnings: [],
      wrap: (text) => [text],
    });
  expect(shown(3).split("\n")).toContain(line);
  expect(shown(3)).toContain(count);
  expect(shown(0)).toContain(
    { en: "requests     none ended; 2 unknown", zh: "请求  没有结束的请求；结果未知 2 个" }[
      language
    ],
  );
});
