import { expect, test } from "bun:test";
import { benchExitCode, meetsServiceLevel } from "../../lib/bench/exit_code.ts";
import { type BenchFlags, benchFlags } from "../../lib/bench/flags.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";
import { fieldsOf } from "../../lib/target/asked.ts";
import { bodyParameters } from "../../lib/target/endpoint_flags.ts";
import { UserError } from "../../lib/base/message.ts";
import { readArrival, readRamp } from "../../lib/bench/flag_values.ts";
import {
  benchSampling,
  checkBenchFlags,
  plannedRuns,
  processesFor,
  searchStep,
} from "../../lib/bench/plan.ts";
import { fittingWords } from "../../lib/bench/prompt_length.ts";
import { simulationLike } from "../../lib/bench/calibration.ts";
import { PROVIDERS } from "../../lib/settings/providers.ts";
import type { FailureKind } from "../../lib/measure/outcome.ts";
import { mostAtOnce } from "../../lib/measure/most_at_once.ts";
import { summarize } from "../../lib/measure/summary.ts";
import { madeUpRecords, madeUpRun } from "../support/records.ts";

const flags = (given: Partial<BenchFlags>): BenchFlags => given as BenchFlags;

const plan = (given: Partial<BenchFlags>) => plannedRuns(flags(given))[0]?.plan;

test("a plan has 20 requests, or 4 for each stream, and a warm-up for each", () => {
  expect(plan({})).toEqual({
    arrivals: { kind: "closed", concurrency: 1 },
    until: { requests: 20 },
    warmup: 1,
    drain: 30_000_000,
  });
  expect(plan({ concurrency: 8 })).toMatchObject({ until: { requests: 32 }, warmup: 8 });
  expect(plan({ concurrency: 8, cold: true })).toMatchObject({ warmup: 0 });
  expect(plan({ concurrency: 8, warmup: 3 })).toMatchObject({ warmup: 3 });
  expect(
    plan({ rate: 5, duration: 1500, arrival: { process: "poisson" }, planSeed: 9 }),
  ).toMatchObject({
    arrivals: { kind: "open", rate: 5, process: "poisson", cap: null, seed: 9 },
    until: { duration: 1_500_000 },
  });
});

test("a ramp is of the concurrency, or of the rate where that is said or arrivals are spoken of", () => {
  const ramp = { of: null, from: 1, to: 5, over: 2000 };
  const course = { from: 1, to: 5, over: 2_000_000 };
  expect(plan({ ramp })).toEqual({
    arrivals: { kind: "closed", concurrency: 5, ramp: course },
    until: { duration: 2_000_000 },
    warmup: 5,
    drain: 30_000_000,
  });
  const rate = { kind: "open", rate: 3, process: "constant", cap: null, seed: 1, ramp: course };
  expect(plan({ ramp: { ...ramp, of: "rate" } })).toMatchObject({ arrivals: rate, warmup: 1 });
  const arrival = { process: "gamma", burstiness: 0.5 } as const;
  expect(plan({ ramp, arrival, concurrency: 2, requests: 9 })).toMatchObject({
    arrivals: { ...rate, ...arrival, cap: 2 },
    until: { requests: 9 },
  });
});

const refused = (given: Partial<BenchFlags>): string => {
  try {
    checkBenchFlags(flags(given));
  } catch (error) {
    return error instanceof UserError ? error.userMessage.cause.en : String(error);
  }
  return "taken";
};

test("arrivals and ramps that do not go together are refused", () => {
  const ramp = readRamp("1..4/2s", "--ramp");
  const gamma = readArrival("gamma:burstiness=0.5", "--arrival");
  expect(refused({ arrival: gamma })).toBe("--arrival needs --rate");
  expect(refused({ arrival: gamma, ramp })).toBe("taken");
  expect(refused({ ramp: readRamp("concurrency=1..4/2s", "--ramp"), arrival: gamma })).toBe(
    "--arrival needs --rate",
  );
  expect(refused({ ramp, concurrency: 4 })).toBe(
    "--ramp and --concurrency exclude each other; give one of them",
  );
  expect(refused({ ramp: readRamp("0.5..4/2s", "--ramp") })).toBe(
    "--ramp must be a whole number, got 0.5",
  );
  expect(refused({ ramp: readRamp("rate=0.5..4/2s", "--ramp") })).toBe("taken");
});

const misread = (read: (text: string, flag: string) => unknown, text: string): string => {
  try {
    return JSON.stringify(read(text, "--flag"));
  } catch (error) {
    return error instanceof UserError ? error.userMessage.cause.en : String(error);
  }
};

const arrival = (text: string) => misread(readArrival, text);
const ramp = (text: string) => misread(readRamp, text);

test("arrivals and ramps are read as they are written, and what is none is named", () => {
  expect(arrival("poisson")).toBe('{"process":"poisson"}');
  expect(arrival("gamma:burstiness=0.5")).toBe('{"process":"gamma","burstiness":0.5}');
  const example = '--flag takes a form like gamma:burstiness=0.5, not "';
  expect(arrival("gamma")).toBe(`${example}gamma"`);
  expect(arrival("gamma:0.5")).toBe(`${example}gamma:0.5"`);
  expect(arrival("poisson:burstiness=2")).toBe(`${example}poisson:burstiness=2"`);
  expect(arrival("gama")).toBe(
    '--flag must be one of constant, poisson, gamma, got "gama"; did you mean gamma?',
  );
  expect(arrival("gamma:burstiness=0")).toBe("--flag burstiness must be from 0.01 to 10000, got 0");
  expect(ramp("1..32/60s")).toBe('{"of":null,"from":1,"to":32,"over":60000}');
  expect(ramp("rate=0.5..2.5/1m")).toBe('{"of":"rate","from":0.5,"to":2.5,"over":60000}');
  const form = '--flag takes a form like 1..32/60s, not "';
  for (const text of ["1", "1..2", "1-2/3s", "..2/3s", "speed=1..2/3s", "/3s"]) {
    expect(ramp(text)).toBe(`${form}${text}"`);
  }
  expect(ramp("1..x/3s")).toBe('--flag must be a number, got "x"');
  expect(ramp("1..2/3")).toBe("--flag 3 has no unit; write 3ms, 3s, 3m or 3h");
  expect(ramp("0..2/3s")).toBe("--flag must be from 0.001 to 100000, got 0");
});

test("each of several runs has a seed of its own", () => {
  const seeds = (given: Partial<BenchFlags>) => plannedRuns(flags(given)).map(({ seed }) => seed);
  expect(seeds({ repeat: 3, planSeed: 10 })).toEqual([10, 11, 12]);
  expect(seeds({ sweep: [1, 2], planSeed: 10 })).toEqual([10, 11]);
  expect(plannedRuns(flags({ repeat: 2 })).map(({ label }) => label)).toEqual(["1/2", "2/2"]);
  expect(searchStep(flags({ planSeed: 10 }), { index: 2, value: 4 })).toMatchObject({ seed: 12 });
});

test("a step of a search is long enough unless told otherwise", () => {
  const until = (given: Partial<BenchFlags>) =>
    searchStep(flags(given), { index: 0, value: 2 }).plan.until;
  expect(until({})).toEqual({ duration: 30_000_000 });
  expect(until({ duration: 5000 })).toEqual({ duration: 5_000_000 });
  expect(until({ requests: 50 })).toEqual({ requests: 50 });
  expect(searchStep(flags({ rate: 1 }), { index: 0, value: 2.82842712 }).label).toBe(
    "--rate 2.828",
  );
});

test("writing results is left to a process that sends nothing", () => {
  expect(processesFor(flags({ concurrency: 4 }), 2)).toBe(0);
  expect(processesFor(flags({ concurrency: 4, out: "o.json" }), 2)).toBe(1);
  expect(processesFor(flags({ sweep: [1, 128] }), 2)).toBe(2);
  expect(processesFor(flags({ concurrency: 4, workers: 3 }), 2)).toBe(3);
  expect(processesFor(flags({ findMax: true }), 64)).toBe(8);
});

test("the length of synthetic answers goes by the names that the provider knows", () => {
  const synthetic = { in: 512, out: 128 };
  const parameters = (name: string | null, given: Partial<BenchFlags> = {}) => {
    const provider = PROVIDERS.find((row) => row.name === name) ?? null;
    const asked = flags({ synthetic, ...given });
    const { body } = chatRequest({
      baseUrl: "http://127.0.0.1:1/v1",
      model: "m",
      messages: [],
      key: null,
      sampling: benchSampling(asked),
      fields: fieldsOf(provider),
      parameters: bodyParameters(asked),
    });
    const { model: _m, messages: _q, stream: _s, stream_options: _o, ...fields } = body ?? {};
    return fields;
  };
  expect(parameters(null)).toEqual({ max_tokens: 128 });
  expect(parameters("openai")).toEqual({ max_completion_tokens: 128 });
  expect(parameters("vllm")).toEqual({ max_tokens: 128, min_tokens: 128, ignore_eos: true });
  expect(parameters("vllm", { maxTokens: 64, param: [["ignore_eos", false]] })).toEqual({
    max_tokens: 64,
    min_tokens: 128,
    ignore_eos: false,
  });
});

test("the words of a synthetic prompt are fitted by a straight line", () => {
  // 1.5 tokens a word, and 10 around the prompt.
  const counts = { short: { words: 50, tokens: 85 }, long: { words: 100, tokens: 160 } };
  expect(fittingWords(100, counts)).toBe(60);
  expect(fittingWords(5, counts)).toBe(1);
  const same = { words: 1, tokens: 9 };
  expect(fittingWords(1, { short: same, long: same })).toBe(1);
});

const between = (...times: readonly (readonly [number, number])[]) =>
  mostAtOnce(times.map(([sent, ended]) => ({ sent, ended })));

test("a request that ends as another is sent makes room for it", () => {
  expect(between()).toBe(0);
  expect(between([0, 10], [10, 20], [20, 30])).toBe(1);
  expect(between([0, 10], [9, 20], [19, 30])).toBe(2);
  expect(between([0, 100], [1, 2], [3, 4], [3, 5])).toBe(3);
});

const failing = (...kinds: readonly (FailureKind | null)[]) =>
  madeUpRun(
    madeUpRecords(kinds.length, (index) => {
      const kind = kinds[index] ?? null;
      if (kind === null) return {};
      return { outcome: "failed", failure: { kind, status: null, code: null, message: "" } };
    }),
  );

const code = (...kinds: readonly (FailureKind | null)[]) =>
  benchExitCode({
    runs: [failing(...kinds)],
    interrupted: false,
    strict: false,
    best: undefined,
    hasFault: false,
  });

test("the exit code is the most frequent failure's, of equally frequent ones the higher", () => {
  expect(code()).toBe(0);
  expect(code(null, null)).toBe(0);
  expect(code(null, null, null, "busy")).toBe(4);
  expect(code("busy", "timeout", "network")).toBe(5);
  expect(code("busy", "status")).toBe(4);
  expect(code("status", "status", "endpoint")).toBe(3);
  // Cuts and error events have one code, so they count together.
  expect(code("busy", "busy", "truncated", "endpoint")).toBe(6);
});

test("what would be 0 is 1 when something of ours failed, and a more telling code stays", () => {
  const end = { runs: [failing()], interrupted: false, strict: false, best: undefined };
  expect(benchExitCode({ ...end, hasFault: true })).toBe(1);
  expect(benchExitCode({ ...end, hasFault: true, best: 4 })).toBe(1);
  expect(benchExitCode({ ...end, runs: [failing("busy")], hasFault: true })).toBe(4);
  expect(benchExitCode({ ...end, interrupted: true, hasFault: true })).toBe(130);
  const died = (role: "worker" | "simulated", ...kinds: readonly FailureKind[]) => {
    const death = { role, phase: "run", end: { kind: "silent" }, unknown: [], left: 0 } as const;
    return benchExitCode({
      ...end,
      runs: [{ ...failing(...kinds), deaths: [death] }],
      hasFault: false,
    });
  };
  expect([died("worker"), died("worker", "busy"), died("simulated", "network")]).toEqual([1, 4, 1]);
});

test("an interruption wins over a threshold, and a threshold over failures", () => {
  const records = madeUpRecords(2, (index) => (index === 0 ? {} : { outcome: "failed" }));
  const run = madeUpRun(records, { serviceLevel: { ttft: 1_000_000 } });
  const end = { runs: [run], interrupted: false, strict: true, best: undefined, hasFault: false };
  expect(benchExitCode({ ...end, interrupted: true })).toBe(130);
  expect(benchExitCode(end)).toBe(7);
  expect(benchExitCode({ ...end, strict: false })).toBe(4);
  const late = madeUpRun(madeUpRecords(2), { instrument: { loopLagP99: 50_000 } });
  expect(benchExitCode({ ...end, runs: [late] })).toBe(7);
});

test("a search overloads on purpose: only finding nothing is a failure", () => {
  const run = madeUpRun(madeUpRecords(2, () => ({ outcome: "failed" })));
  const end = { runs: [run], interrupted: false, strict: false, hasFault: false };
  expect(benchExitCode({ ...end, best: 4 })).toBe(0);
  expect(benchExitCode({ ...end, best: 4, strict: true })).toBe(0);
  expect(benchExitCode({ ...end, best: null })).toBe(4);
  expect(benchExitCode({ ...end, best: null, strict: true })).toBe(7);
});

const step = (bad: number, unsent = 0) =>
  madeUpRun(
    madeUpRecords(100, (index) => (index < bad ? { outcome: "failed", ttft: null } : {})),
    { serviceLevel: { ttft: 500_000 }, unsent },
  );

test("a step meets its service level with 99 of 100 good ones, if none was left out", () => {
  expect([step(0), step(1), step(2), step(0, 1)].map(meetsServiceLevel)).toEqual([
    true,
    true,
    false,
    false,
  ]);
});

test("calibration simulates what the run found, or says that it found too little", () => {
  // TTFT 100 ms; 60 ms for the three tokens after the first.
  expect(simulationLike(summarize(madeUpRecords(3)))).toBe(
    "ttft=100ms,tps=50.0,tokens=4,jitter=0.1",
  );
  expect(simulationLike(summarize(madeUpRecords(3, () => ({ usage: null }))))).toBeNull();
  expect(simulationLike(summarize([]))).toBeNull();
});

test("a service level may be finer than a millisecond", () => {
  const { read } = benchFlags.slo;
  expect(read("tpot=12.5ms,ttft=2s", "--slo")).toEqual({ tpot: 12_500, ttft: 2_000_000 });
  expect(() => read("tpot=0ms", "--slo")).toThrow("--slo tpot");
});
