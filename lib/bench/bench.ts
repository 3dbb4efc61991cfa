import { cpus } from "node:os";
import { openExecutor } from "../load/executor.ts";
import type { RunSpec } from "../load/run_share.ts";
import { checkRecordFolder } from "../load/run_folder.ts";
import { findHighest } from "../load/search.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import { isIncomplete } from "../measure/process_death.ts";
import type { SearchResult } from "../measure/search_result.ts";
import { type Message, UserError } from "../base/message.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { simulatedDied, workersDied } from "../report/run/process_death_texts.ts";
import { processEndWords } from "../report/run/process_end_words.ts";
import { calibrated } from "./calibration.ts";
import { showCalibration, showRun, showSearch } from "./display.ts";
import { benchExitCode, meetsServiceLevel } from "./exit_code.ts";
import { type BenchFlags, benchFlags } from "./flags.ts";
import {
  benchSampling,
  checkBenchFlags,
  type PlannedRun,
  plannedRuns,
  processesFor,
  searchStep,
} from "./plan.ts";
import { withFittedPrompts } from "./prompt_length.ts";
import { BenchResults } from "./results.ts";
import { BenchSession } from "./session.ts";
import { type BenchTarget, openBenchTarget } from "./target.ts";
import { fewestTokens } from "../protocols/fewest_tokens.ts";
import { checkAsked, fieldsOf, limitMessage } from "../target/asked.ts";
import { bodyParameters, requestHeaders } from "../target/endpoint_flags.ts";
import { EXIT } from "../command/exit_code.ts";
import { failureCode } from "../target/failure_code.ts";
import * as messages from "./messages.ts";
import { fileUnwritable } from "../command/messages/files.ts";
import { readPromptSource } from "./prompt_source.ts";
import { chooseProxy } from "../settings/proxy_choice.ts";
import type { ScriptContext } from "../command/script.ts";
import { sayFailure } from "../target/target.ts";

/** What the steps of a session share. */
interface Work {
  readonly flags: BenchFlags;
  readonly context: ScriptContext;
  readonly target: BenchTarget;
  readonly session: BenchSession;
  readonly results: BenchResults;
  readonly spec: RunSpec;
}

/**
 * The whole of `bench`: everything that can be wrong is found first; then each run is warmed up and carried out, and
 * what it gave is shown and kept. Gives the exit code.
 */
export async function bench(
  { flags: given }: { readonly flags: BenchFlags },
  context: ScriptContext,
): Promise<number> {
  checkBenchFlags(given);
  const flags = { ...given, planSeed: given.planSeed ?? newSeed() };
  const prompts = await unlessAborted(readPromptSource(flags, context), context.signal);
  const headers = requestHeaders(flags);
  using results = new BenchResults(flags, context);
  checkRecording(flags);
  await results.ready();
  const sampling = benchSampling(flags);
  const parameters = bodyParameters(flags);
  const conversations = prompts.kind === "list" ? prompts.conversations.flat() : [];
  await using target = await openBenchTarget(flags, {
    ...context,
    check: (endpoint) =>
      checkAsked(
        { messages: conversations, sampling },
        { ...endpoint, names: { image: "--prompts", tools: "--prompts" } },
      ),
  });
  context.signal.throwIfAborted();
  const { plan, seed } = firstRun(flags);
  const asked: RunSpec = {
    plan,
    baseUrl: target.baseUrl,
    api: target.api,
    keyHeader: target.keyHeader,
    model: target.model,
    headers,
    sampling,
    fields: fieldsOf(target.provider),
    parameters,
    usageCache: flags.usageCache,
    system: flags.system ?? null,
    prompts,
    cache: flags.cache ?? "unique",
    seed,
    limits: target.limits,
    retries: flags.retries ?? 0,
    resendReused: flags.resendReused ?? false,
    stall: (flags.stall ?? 500) * 1000,
    recordFolder: null,
    stamped: false,
  };
  const limit = flags.verbose ? limitMessage(asked) : null;
  if (limit !== null) context.say(limit);
  await using executor = await openExecutor(processesFor(flags, cpus().length));
  const proxy = chooseProxy(target.baseUrl, process.env).kind === "proxied";
  const session = new BenchSession({ flags, context, executor, target, proxy });
  const spec = await withFittedPrompts(asked, { asked: flags.synthetic?.in, session });
  const work: Work = { flags, context, target, session, results, spec };
  const end = flags.findMax ? await search(work) : await runAll(work);
  if ("failed" in end) return end.failed;
  const wantsCalibration = flags.calibrate && !context.signal.aborted;
  const isCalibrated = wantsCalibration ? await calibrateLast(work) : true;
  if (flags.json && results.runs.length > 0) context.out.write(results.text());
  const { runs } = results;
  const isKept = results.isSaved && session.isRecorded;
  const code = benchExitCode({
    runs,
    interrupted: context.signal.aborted,
    strict: flags.strict ?? false,
    best: end.best,
    hasFault: !isKept || !isCalibrated,
  });
  if (!context.outIsClosed()) return code;
  // Who reads no further has what was wanted, but not what was to be kept.
  return isKept && runs.every(({ deaths }) => deaths.length === 0) ? EXIT.ok : EXIT.fault;
}

/** How a session ended: `failed` is the exit code when no warm-up request succeeded, so that nothing was measured. */
type SessionEnd = { readonly best: number | null | undefined } | { readonly failed: number };

async function runAll(work: Work): Promise<SessionEnd> {
  const { flags, context, results } = work;
  const planned = plannedRuns(flags);
  for (const one of planned) {
    const run = await runOne(one, work);
    if (run === null) break;
    if (typeof run === "number") return { failed: run };
    if (!flags.json) showRun(run, context);
  }
  const left = planned.slice(results.runs.length).flatMap(({ label }) => label ?? []);
  if (left.length > 0 && !context.outIsClosed()) {
    context.say(messages.runsLeft(left, { of: planned.length }));
  }
  return { best: undefined };
}

async function search(work: Work): Promise<SessionEnd> {
  const { flags, context, results } = work;
  const isRate = flags.rate !== undefined;
  let failed: number | null = null;
  const options = {
    start: flags.rate ?? flags.concurrency ?? 1,
    integer: !isRate,
    min: isRate ? benchFlags.rate.min : benchFlags.concurrency.min,
    max: isRate ? benchFlags.rate.max : benchFlags.concurrency.max,
  };
  const found: SearchResult = await findHighest(options, async (value) => {
    const run = await runOne(searchStep(flags, { index: results.runs.length, value }), work);
    if (typeof run === "number") failed = run;
    if (run === null || typeof run === "number" || run.interrupted) return null;
    if (isIncomplete(run.deaths)) {
      context.say(messages.searchEnded());
      return null;
    }
    return meetsServiceLevel(run);
  });
  if (failed !== null) return { failed };
  results.addSearch(isRate ? "rate" : "concurrency", found);
  const { runs } = results;
  if (!flags.json) showSearch(found, { runs, isRate, context });
  return { best: found.best };
}

/**
 * Warms up and carries out one run. `null` when the user has stopped before; the exit code when none of the first
 * warm-up requests succeeded.
 */
async function runOne(
  { label, plan, seed }: PlannedRun,
  work: Work,
): Promise<FinishedRun | number | null> {
  const { flags, context, target, session, results } = work;
  if (context.signal.aborted) return null;
  const isFirst = results.runs.length === 0;
  if (!isFirst && target.simulated?.died.aborted) return null;
  const recordFolder = folderOf(flags, { label, number: results.runs.length + 1 });
  const spec = { ...work.spec, plan, seed, recordFolder };
  if (label !== null) context.say(messages.step(label));
  if (isFirst && plan.warmup > 0) {
    context.say(messages.warmingUp(plan.warmup, fewestTokens(target.api)));
  }
  const warmUp = await session.warmUp(spec);
  const failure = warmUp[0]?.failure ?? null;
  if (isFirst && failure !== null && warmUp.every((record) => record.failure !== null)) {
    const end = target.simulated === null ? null : await target.simulated.end();
    if (end !== null) {
      context.say(messages.warmUpFailed(messages.simulatedGone(processEndWords(end))));
      return EXIT.fault;
    }
    sayFailure({ verdict: { outcome: "failed", failure }, head: null }, target, {
      say: (message) => context.say(messages.warmUpFailed(message)),
    });
    return failureCode(failure);
  }
  if (context.signal.aborted) return null;
  const { run, result } = await session.run(spec, { onPartial: results.onPartial });
  results.add(run);
  session.keepRecording(run, result);
  if (flags.json || flags.findMax) for (const message of deathsOf(run)) context.say(message);
  return run;
}

/** What is said of them in the table, for who does not see one. */
function deathsOf({ deaths }: FinishedRun): Message[] {
  return [workersDied(deaths), simulatedDied(deaths)].filter((message) => message !== null);
}

/** Gives whether it went without a fault of ours. */
async function calibrateLast({ flags, context, session, results }: Work): Promise<boolean> {
  const run = results.runs.at(-1);
  const spec = session.lastSpec;
  if (run === undefined || spec === null) return true;
  const { calibration, hasFault } = await calibrated(spec, { summary: run.summary, session });
  if (calibration !== null) {
    results.addCalibration(calibration);
    if (!flags.json) showCalibration(calibration, context);
  }
  return !hasFault;
}

function firstRun(flags: BenchFlags): PlannedRun {
  const value = flags.rate ?? flags.concurrency ?? 1;
  const [first] = flags.findMax ? [] : plannedRuns(flags);
  return first ?? searchStep(flags, { index: 0, value });
}

/** @throws {UserError} when `--record` names a folder that recordings cannot go to. */
function checkRecording({ record, force }: BenchFlags): void {
  if (record === undefined) return;
  try {
    checkRecordFolder(record, { overwrite: force ?? false });
  } catch (error) {
    const isFull = (error as NodeJS.ErrnoException).code === "ENOTEMPTY";
    throw new UserError(isFull ? messages.folderNotEmpty(record) : fileUnwritable(record, error));
  }
}

/** Each run of several has a folder of its own. */
function folderOf(
  { record }: BenchFlags,
  { label, number }: { readonly label: string | null; readonly number: number },
): string | null {
  if (record === undefined || label === null) return record ?? null;
  return `${record}/run-${String(number).padStart(2, "0")}`;
}

/** Short enough to be typed. */
function newSeed(): number {
  return (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0) % 1_000_000;
}
