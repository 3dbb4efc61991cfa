import { cpus } from "node:os";
import { type Executor, openExecutor } from "../load/executor.ts";
import type { RunSpec } from "../load/run_share.ts";
import { checkRecordFolder } from "../load/run_folder.ts";
import type { PromptSource } from "../load/prompts.ts";
import { findHighest } from "../load/search.ts";
import type { FinishedRun } from "../measure/finished_run.ts";
import { isIncomplete } from "../measure/process_death.ts";
import type { SearchResult } from "../measure/search_result.ts";
import { type Message, UserError } from "../base/message.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { simulatedDied, workersDied } from "../report/run/process_death_texts.ts";
import { sharedOf } from "./cache_use.ts";
import { calibrated } from "./calibration.ts";
import {
  showCalibration,
  showDepths,
  showLoads,
  showRun,
  showRunInLine,
  showSearch,
  showSides,
} from "./display.ts";
import { benchExitCode, meetsServiceLevel } from "./exit_code.ts";
import { type BenchFlags, benchFlags } from "./flags.ts";
import { checkBenchFlags, type PlannedRun, plannedRuns, processesFor, searchStep } from "./plan.ts";
import { type OpenSide, openSides } from "./open_sides.ts";
import { atDepth } from "./depth.ts";
import { checkOutputs, outputsOf } from "./output_paths.ts";
import { PageFile } from "./page_file.ts";
import { type Fitting, fittedPrompts, fittedTo, withFittedTraffic } from "./prompt_length.ts";
import { BenchResults } from "./results.ts";
import { readDefinitions } from "../report/definitions/as_flag.ts";
import { watchedSides } from "./server_metrics.ts";
import { withTraffic } from "./traffic.ts";
import { isVersus } from "./sides.ts";
import { tryOut, warmUpFailure } from "./try_out.ts";
import { comparisonJson } from "../report/comparison/comparison_json.ts";
import { BenchSession } from "./session.ts";
import { fewestTokens } from "../protocols/fewest_tokens.ts";
import { requestHeaders } from "../target/endpoint_flags.ts";
import { EXIT } from "../command/exit_code.ts";
import * as messages from "./messages.ts";
import { fileUnwritable } from "../command/messages/files.ts";
import { readPromptSource } from "./prompt_source.ts";
import { fittedKinds, openMix } from "./mix.ts";
import { readRequestParts } from "./request_parts.ts";
import type { ScriptContext } from "../command/script.ts";

/** What the steps of a session share. */
interface Work {
  readonly flags: BenchFlags;
  readonly context: ScriptContext;
  readonly session: BenchSession;
  readonly results: BenchResults;
  readonly page: PageFile;
  readonly sides: readonly OpenSide[];
  /** The same for all sides. */
  readonly prompts: PromptSource;
  /** How long the words of `--synthetic` are. `null`: its length is not fitted. */
  readonly fitting: Fitting | null;
  /** The prompts of each kind of requests, where there are several. */
  readonly kinds: readonly PromptSource[];
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
  if (given.collect !== undefined) {
    const { collect } = await import("./collect.ts");
    return collect(given, context);
  }
  const read = await withTraffic(given, context);
  const flags = { ...read, planSeed: given.planSeed ?? newSeed() };
  const prompts = await unlessAborted(readPromptSource(flags, context), context.signal);
  const parts = await unlessAborted(readRequestParts(flags), context.signal);
  const mix = await unlessAborted(openMix(flags.mix, context), context.signal);
  const headers = requestHeaders(flags);
  checkOutputs(outputsOf(flags), { inputs: flags.prompts === undefined ? [] : [flags.prompts] });
  using results = new BenchResults(flags, context);
  using page = new PageFile(flags, context);
  checkRecording(flags);
  await results.ready();
  await using opened = new AsyncDisposableStack();
  const sides = await openSides(flags, { prompts, parts, mix, headers, context, opened });
  context.signal.throwIfAborted();
  const watched = await watchedSides(sides, { flags, context });
  const isWatched = watched.some(({ metrics }) => metrics !== null);
  // Reading metrics takes time of this process.
  const processes = Math.max(isWatched ? 1 : 0, processesFor(flags, cpus().length));
  await using executor =
    flags.fleet === undefined
      ? await openExecutor(processes)
      : await fleetOf(flags, { sides, context });
  const session = new BenchSession({ flags, context, executor, sides: watched });
  const [{ spec }] = sides;
  const tokens = flags.synthetic?.in;
  const fitting = tokens === undefined ? null : await fittedTo(tokens, { spec, session });
  const fitted =
    tokens === undefined || fitting === null
      ? await withFittedTraffic(prompts, { spec, session })
      : fittedPrompts({ tokens, shared: sharedOf(flags) }, fitting);
  const kinds = await fittedKinds(mix, { spec, session });
  const asked = { sides, prompts: fitted, fitting, kinds };
  const work: Work = { flags, context, session, results, page, ...asked };
  const end = flags.findMax ? await search(work) : await runAll(work);
  if ("failed" in end) return end.failed;
  const wantsCalibration = flags.calibrate && !context.signal.aborted;
  const isCalibrated = wantsCalibration ? await calibrateLast(work) : true;
  if (flags.json && results.runs.length > 0) context.out.write(results.text());
  const { runs } = results;
  const isKept = [results.isSaved, session.isRecorded, await page.write(results)].every(Boolean);
  const code = benchExitCode({
    runs,
    interrupted: context.signal.aborted,
    strict: flags.strict ?? false,
    best: end.best,
    hasFault: !isKept || !isCalibrated,
  });
  if (!context.outIsClosed()) return code;
  // Who reads no further has what was wanted, but not what was to be kept.
  const isWhole =
    flags.out === undefined && flags.record === undefined ? true : !isCutOff(runs, flags);
  return isKept && isWhole && runs.every(({ deaths }) => deaths.length === 0)
    ? EXIT.ok
    : EXIT.fault;
}

/** Loaded when it is wanted, and with it what it needs. */
async function fleetOf(
  flags: BenchFlags,
  { sides, context }: { readonly sides: readonly OpenSide[]; readonly context: ScriptContext },
): Promise<Executor> {
  const { openFleet } = await import("./fleet.ts");
  return openFleet(flags, { ...context, baseUrls: sides.map(({ target }) => target.baseUrl) });
}

/** Whether something that was to be kept was not measured, or not to its end. */
function isCutOff(runs: readonly FinishedRun[], flags: BenchFlags): boolean {
  const planned = flags.findMax ? 0 : plannedRuns(flags).length;
  return runs.length < planned || runs.some(({ interrupted }) => interrupted);
}

/** How a session ended: `failed` is the exit code when no warm-up request succeeded, so that nothing was measured. */
type SessionEnd = { readonly best: number | null | undefined } | { readonly failed: number };

async function runAll(work: Work): Promise<SessionEnd> {
  const { flags, context, results } = work;
  const planned = plannedRuns(flags);
  const failed = work.sides.length > 1 ? await tryOut(work) : null;
  if (failed !== null) return { failed };
  for (const one of planned) {
    const run = await runOne(one, work);
    if (run === null) break;
    if (typeof run === "number") return { failed: run };
    if (flags.json) continue;
    const { label } = one;
    if (one.side === undefined && one.depth === undefined) {
      showRun(run, { ...context, label, definitions: readDefinitions(flags.as) });
    } else showRunInLine(run, { ...context, label: label ?? "" });
  }
  if (flags.sweep !== undefined && !flags.json && work.sides.length === 1) {
    showLoads(results.runs, { ...context, unit: "concurrency", serviceLevel: flags.slo });
  }
  if (work.sides.length > 1) await compareSides(work);
  if (flags.depth !== undefined && !flags.json) showDepths(results.runs, { flags, context });
  const left = planned.slice(results.runs.length).flatMap(({ label }) => label ?? []);
  const isKept = flags.out !== undefined || flags.record !== undefined;
  if (left.length > 0 && (isKept || !context.outIsClosed())) {
    context.say(messages.runsLeft(left, { of: planned.length }));
  }
  return { best: undefined };
}

/** Loaded when it is wanted: the quantiles of t take their time to load. */
async function compareSides({ flags, context, results }: Work): Promise<void> {
  const { comparedSides } = await import("./compared_sides.ts");
  const compared = comparedSides(results.runs);
  if (compared.length === 0) return;
  const { language } = context;
  results.addComparisons(compared.map((one) => comparisonJson(one, { language })));
  if (!flags.json) showSides(compared, { ...context, asTable: !isVersus(flags) });
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
  if (!flags.json) showSearch(found, { runs, isRate, serviceLevel: flags.slo, context });
  return { best: found.best };
}

/**
 * Warms up and carries out one run. `null` when the user has stopped before; the exit code when none of the first
 * warm-up requests succeeded.
 */
async function runOne(
  { label, plan, seed, side, depth }: PlannedRun,
  work: Work,
): Promise<FinishedRun | number | null> {
  const { flags, context, session, results, page } = work;
  if (context.signal.aborted) return null;
  const { target, spec: asked } = sideOf(work, side);
  const isFirst = results.runs.length === 0;
  if (!isFirst && target.simulated?.died.aborted) return null;
  const shared = sharedOf(flags);
  const recordFolder = folderOf(flags, { label, number: results.runs.length + 1 });
  const mix = asked.mix?.map((kind, place) => ({
    ...kind,
    prompts: work.kinds[place] ?? kind.prompts,
  }));
  const planned = { ...asked, prompts: work.prompts, mix, plan, seed, side, recordFolder };
  if (label !== null) context.say(messages.step(label));
  if (isFirst && plan.warmup > 0) {
    context.say(messages.warmingUp(plan.warmup, fewestTokens(target.api)));
  }
  if (shared !== null) context.say(messages.priming(shared.groups));
  const spec = await primed(planned, { depth, work });
  const warmUp = await session.warmUp(spec);
  if (context.signal.aborted && results.runs.length === 0 && !context.outIsClosed()) {
    context.say(messages.warmUpStopped());
  }
  const failed = isFirst ? await warmUpFailure(warmUp, { target, context }) : null;
  if (failed !== null) return failed;
  if (context.signal.aborted) return null;
  const { run, result } = await session.run(spec, { onPartial: results.onPartial });
  results.add(run);
  page.ran(session.lastSpec?.recordFolder ?? null);
  session.keepRecording(run, result);
  if (flags.json || flags.findMax) for (const message of deathsOf(run)) context.say(message);
  return run;
}

/** What is to be in the endpoint's cache is, and prompts are as long as they are to be. */
async function primed(
  spec: RunSpec,
  { depth, work }: { readonly depth: number | undefined; readonly work: Work },
): Promise<RunSpec> {
  const { flags, fitting, session } = work;
  if (depth === undefined || fitting === null || flags.synthetic === undefined) {
    await session.prime(spec);
    return spec;
  }
  return await atDepth(spec, { depth, asked: flags.synthetic.in, fitting, session });
}

function sideOf({ sides }: Work, side: PlannedRun["side"]): OpenSide {
  const found = sides[side?.index ?? 0];
  if (found === undefined) throw new Error(`There is no target ${side?.name}`);
  return found;
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
