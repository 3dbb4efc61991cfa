import { mkdirSync } from "node:fs";
import { openExecutor } from "../load/bench.ts";
import { calibrate, type Calibration } from "../measure/calibration.ts";
import type { RunSpec } from "../load/part.ts";
import { ResultFile } from "../load/result_file.ts";
import { saveRun } from "../load/run_file.ts";
import { findHighest } from "../load/search.ts";
import { startSimulatedProcess } from "../load/simulated_process.ts";
import type { BenchRun } from "../measure/bench_run.ts";
import { ExactCounts } from "../measure/distribution.ts";
import type { Failure, Verdict } from "../measure/outcome.ts";
import { benchJson, benchRunsJson } from "../report/bench_json.ts";
import { renderBench } from "../report/bench_table.ts";
import { isClientLimited, warningsOf } from "../report/bench_warnings.ts";
import { calibrationJson, renderCalibration } from "../report/calibration.ts";
import { renderHistogram } from "../report/histogram.ts";
import { UserError } from "../report/message.ts";
import { renderSearch } from "../report/search_steps.ts";
import { benchParameters, checkBenchFlags, planOf, plannedRuns } from "./bench_plan.ts";
import type { benchFlags } from "./bench_flags.ts";
import { runOnce, type SessionOptions, warmUpSession, workersOf } from "./bench_session.ts";
import type { commonFlags } from "./command.ts";
import { type endpointFlags, requestHeaders, type samplingFlags } from "./endpoint_flags.ts";
import { EXIT, exitCode } from "./exit_code.ts";
import type { FlagValues } from "./flag_types.ts";
import * as messages from "./messages/bench.ts";
import { fileExists, fileUnwritable } from "./messages/transcripts.ts";
import { readPromptSource } from "./prompt_source.ts";
import { chooseProxy } from "./proxy_choice.ts";
import type { ScriptContext } from "./script.ts";
import { openTarget, sayFailure, type Target } from "./target.ts";
import { wrapColumns } from "./wrap.ts";

type BenchFlags = FlagValues<typeof benchFlags> &
  FlagValues<typeof endpointFlags> &
  FlagValues<typeof samplingFlags> &
  FlagValues<typeof commonFlags>;

/** The simulated model of `--demo`. */
const DEMO_SIMULATION = "ttft=120ms,tps=60,tokens=60,jitter=0.2";

/** What a search asks of each step: so many of all requests meet the service level. */
const GOOD_SHARE = 0.99;

/**
 * The whole of `bench`: everything that can be wrong is found first, then connections are warmed, then the runs are
 * carried out, and what they gave is shown and kept. Gives the exit code.
 */
export async function bench(flags: BenchFlags, context: ScriptContext): Promise<number> {
  checkBenchFlags(flags);
  const prompts = await readPromptSource(flags, context);
  const headers = requestHeaders(flags);
  const file = flags.out === undefined ? null : openResultFile(flags.out, flags.force ?? false);
  if (flags.record !== undefined) makeFolder(flags.record);
  await using target = flags.demo
    ? await simulatedTarget(flags, context)
    : await openTarget(flags, context);
  const spec: RunSpec = {
    plan: planOf(flags),
    baseUrl: target.baseUrl,
    model: target.model,
    headers,
    parameters: benchParameters(flags, target.provider),
    system: flags.system ?? null,
    prompts,
    cache: flags.cache ?? "unique",
    seed: flags.planSeed ?? 1,
    limits: target.limits,
    retries: flags.retries ?? 0,
    stall: (flags.stall ?? 500) * 1000,
    recordFolder: flags.record ?? null,
    stamped: false,
  };
  const stopNow = new AbortController();
  context.onSecondInterrupt(() => stopNow.abort());
  context.signal.addEventListener("abort", () => context.say(messages.stopping()), { once: true });
  await using executor = await openExecutor(workersNeeded(flags, spec));
  const runs: BenchRun[] = [];
  const session: SessionOptions = {
    executor,
    key: target.key,
    context,
    stopNow: stopNow.signal,
    serviceLevel: flags.slo,
    price: flags.price,
    config: { slo_ms: levelInMilliseconds(flags), stall_ms: flags.stall ?? 500 },
    asked: {
      promptTokens: flags.synthetic?.in ?? null,
      outputTokens: flags.synthetic?.out ?? flags.maxTokens ?? null,
    },
    proxy: chooseProxy(target.baseUrl, process.env).kind === "proxied",
    onPartial: file === null ? undefined : (run) => file.save(resultText([...runs, run], context)),
  };
  const warm = await warmed(spec, { flags, session, target });
  if (typeof warm === "number") return warm;
  const one = async (each: RunSpec): Promise<BenchRun> => {
    const { run } = await runOnce(each, session);
    runs.push(run);
    if (each.recordFolder !== null) {
      const { stall } = each;
      const settings = { stall, serviceLevel: flags.slo ?? null, price: flags.price ?? null };
      saveRun(each.recordFolder, run, settings);
    }
    file?.save(resultText(runs, context));
    return run;
  };
  if (flags.findMax) {
    const isRate = flags.rate !== undefined;
    const search = { start: flags.rate ?? flags.concurrency ?? 1, integer: !isRate };
    const found = await findHighest(search, async (value) => {
      const plan = planOf(searchStep(flags, value));
      context.say(messages.step(`${isRate ? "--rate" : "--concurrency"} ${round(value)}`));
      await warmUpSession({ ...warm, plan }, { ...session, count: plan.warmup });
      const { summary, unsent } = await one({ ...warm, plan });
      return (
        !context.signal.aborted && unsent === 0 && (summary.goodput?.goodShare ?? 0) >= GOOD_SHARE
      );
    });
    if (!flags.json)
      context.out.write(`${renderSearch(found, { runs, isRate, language: context.language })}\n`);
  } else {
    for (const { label, plan } of plannedRuns(flags)) {
      if (context.signal.aborted) break;
      if (label !== null) {
        context.say(messages.step(label));
        await warmUpSession({ ...warm, plan }, { ...session, count: plan.warmup });
      }
      const run = await one({ ...warm, plan, recordFolder: folderOf(flags.record, label) });
      if (!flags.json) showRun(run, context);
    }
  }
  const calibration = flags.calibrate ? await calibrated(warm, { runs, session }) : null;
  if (calibration !== null && !flags.json) {
    context.out.write(`\n${renderCalibration(calibration, context.language)}\n`);
  }
  const text = resultText(runs, context, calibration);
  file?.save(text);
  if (flags.json) context.out.write(text);
  return context.outIsClosed()
    ? EXIT.ok
    : benchExitCode(runs, { flags, interrupted: context.signal.aborted });
}

function openResultFile(path: string, overwrite: boolean): ResultFile {
  try {
    return new ResultFile(path, { overwrite });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new UserError(code === "EEXIST" ? fileExists(path) : fileUnwritable(path, message));
  }
}

function makeFolder(path: string): void {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new UserError(fileUnwritable(path, (error as Error).message));
  }
}

/** `--demo`: a simulated model in a process of its own. */
async function simulatedTarget(flags: BenchFlags, { say }: ScriptContext): Promise<Target> {
  const seed = flags.planSeed ?? 1;
  const demo = await startSimulatedProcess(DEMO_SIMULATION, { seed, stamp: false });
  say(messages.simulatedDemo(DEMO_SIMULATION));
  return {
    baseUrl: demo.baseUrl,
    model: flags.model ?? "simulated",
    key: null,
    keyVariable: null,
    provider: null,
    limits: {},
    hints: [],
    [Symbol.asyncDispose]: () => demo[Symbol.asyncDispose](),
  };
}

/** A search may come to any number of streams: it starts with processes that can carry them. */
function workersNeeded(flags: BenchFlags, spec: RunSpec): number {
  const plans = flags.findMax ? [] : plannedRuns(flags).map(({ plan }) => plan);
  const counts = plans.map((plan) => workersOf({ ...spec, plan }, flags.workers));
  return flags.findMax ? (flags.workers ?? 1) : Math.max(...counts);
}

/**
 * The spec for the measured part, once the way is warm and the length of synthetic prompts is known; or the exit code
 * when every warm-up request failed, so that there is nothing to measure.
 */
async function warmed(
  spec: RunSpec,
  {
    flags,
    session,
    target,
  }: { readonly flags: BenchFlags; readonly session: SessionOptions; readonly target: Target },
): Promise<RunSpec | number> {
  const { context } = session;
  const fitted = await withFittedPrompts(spec, { flags, session });
  const count = spec.plan.warmup;
  if (count === 0) return fitted;
  context.say(messages.warmingUp(count));
  const { records } = await warmUpSession(fitted, { ...session, count });
  const [first] = records;
  if (first === undefined || first.failure === null) return fitted;
  if (records.some((record) => record.failure === null)) return fitted;
  sayFailure({ verdict: verdictOf(first.failure), head: null }, target, {
    say: (message) => context.say(messages.warmUpFailed(message)),
  });
  return exitCode(verdictOf(first.failure));
}

function verdictOf(failure: Failure): Verdict {
  return failure.kind === "interrupted"
    ? { outcome: "interrupted", failure }
    : { outcome: "failed", failure };
}

/**
 * Synthetic prompts in as many words as give the asked tokens: two requests of different lengths tell how many tokens
 * a word has, and how many the endpoint adds around a prompt.
 */
async function withFittedPrompts(
  spec: RunSpec,
  { flags, session }: { readonly flags: BenchFlags; readonly session: SessionOptions },
): Promise<RunSpec> {
  const asked = flags.synthetic?.in;
  if (asked === undefined) return spec;
  const short = Math.max(1, Math.round(asked / 2));
  const tokens: (number | null)[] = [];
  for (const words of [short, asked]) {
    const prompts = { kind: "synthetic", words } as const;
    const { records } = await warmUpSession({ ...spec, prompts }, { ...session, count: 1 });
    tokens.push(records[0]?.usage?.promptTokens ?? null);
  }
  const [few, many] = tokens;
  if (typeof few !== "number" || typeof many !== "number" || many <= few) return spec;
  const perWord = (many - few) / (asked - short);
  const words = Math.max(1, Math.round(asked + (asked - many) / perWord));
  return { ...spec, prompts: { kind: "synthetic", words } };
}

function searchStep(flags: BenchFlags, value: number): BenchFlags {
  const length = flags.requests === undefined ? { duration: flags.duration ?? 10_000 } : {};
  return flags.rate === undefined
    ? { ...flags, ...length, concurrency: value }
    : { ...flags, ...length, rate: value };
}

function folderOf(record: string | undefined, label: string | null): string | null {
  if (record === undefined || label === null) return record ?? null;
  const folder = `${record}/${label.replace(/\W+/g, "-").replace(/^-/, "")}`;
  makeFolder(folder);
  return folder;
}

function showRun(run: BenchRun, { out, language }: ScriptContext): void {
  const width = Math.min(out.width ?? 100, 120);
  const options = { language, width, styles: out.colors };
  out.write(
    `\n${renderBench(run, { ...options, warnings: warningsOf(run), wrap: wrapColumns })}\n`,
  );
  const ttft = new ExactCounts();
  const itl = new ExactCounts();
  for (const { outcome, metrics } of run.records) {
    if (outcome !== "complete") continue;
    if (metrics.ttft !== null) ttft.add(metrics.ttft);
    for (const gap of metrics.itl) itl.add(gap);
  }
  for (const [title, counts] of [
    ["TTFT", ttft],
    ["ITL", itl],
  ] as const) {
    const histogram = renderHistogram(counts, {
      title,
      width: Math.min(width, 80),
      styles: out.colors,
    });
    if (histogram !== "") out.write(`\n${histogram}\n`);
  }
}

/** The same plan against a simulated model like the measured one, which stamps what it sends. */
async function calibrated(
  spec: RunSpec,
  { runs, session }: { readonly runs: readonly BenchRun[]; readonly session: SessionOptions },
): Promise<Calibration | null> {
  const summary = runs.at(-1)?.summary;
  const { ttft, tpot } = summary ?? {};
  if (session.context.signal.aborted || !ttft?.p50 || !tpot?.p50) return null;
  const complete = summary?.outcomes.complete ?? 1;
  const tokens = Math.max(2, Math.round((summary?.usage.completionTokens ?? 60) / complete));
  const like = `ttft=${Math.max(1, Math.round(ttft.p50 / 1000))}ms,tps=${(1e6 / tpot.p50).toFixed(1)},tokens=${tokens},jitter=0.1`;
  await using simulated = await startSimulatedProcess(like, { seed: spec.seed, stamp: true });
  session.context.say(messages.step(`--calibrate (${like})`));
  const stamped = {
    ...spec,
    baseUrl: simulated.baseUrl,
    model: "simulated",
    stamped: true,
    recordFolder: null,
  };
  const open = { ...session, key: null, onPartial: undefined };
  await warmUpSession(stamped, { ...open, count: spec.plan.warmup });
  const { result } = await runOnce(stamped, open);
  return calibrate(result.stamps);
}

function resultText(
  runs: readonly BenchRun[],
  { language }: Pick<ScriptContext, "language">,
  calibration: Calibration | null = null,
): string {
  const reported = runs.map((run) => ({ run, warnings: warningsOf(run) }));
  const [only, ...others] = reported;
  const json =
    only !== undefined && others.length === 0
      ? benchJson(only, language)
      : benchRunsJson(reported, language);
  const interrupted = runs.some((run) => run.interrupted) ? { interrupted: true } : undefined;
  const calibrated =
    calibration === null ? undefined : { calibration: calibrationJson(calibration) };
  return `${JSON.stringify({ ...json, ...interrupted, ...calibrated })}\n`;
}

function levelInMilliseconds({ slo }: BenchFlags): Record<string, number> | null {
  if (slo === undefined) return null;
  return Object.fromEntries(Object.entries(slo).map(([name, limit]) => [name, limit / 1000]));
}

/** 130 when interrupted; 7 for a missed threshold; 0 when all are complete; else the most frequent failure's code. */
function benchExitCode(
  runs: readonly BenchRun[],
  { flags, interrupted }: { readonly flags: BenchFlags; readonly interrupted: boolean },
): number {
  if (interrupted) return EXIT.interrupted;
  if (flags.strict && !flags.findMax) {
    const missed = runs.some(
      (run) =>
        isClientLimited(warningsOf(run)) || (run.summary.goodput?.goodShare ?? 1) < GOOD_SHARE,
    );
    if (missed) return EXIT.threshold;
  }
  const counts = new Map<number, number>();
  for (const { failure } of runs.flatMap((run) => run.records)) {
    if (failure === null) continue;
    const code = exitCode(verdictOf(failure));
    counts.set(code, (counts.get(code) ?? 0) + 1);
  }
  const [most] = [...counts].toSorted(([a, x], [b, y]) => y - x || b - a);
  return most?.[0] ?? EXIT.ok;
}

function round(value: number): string {
  return String(Number(value.toPrecision(4)));
}
