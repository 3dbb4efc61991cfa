import { UserError } from "../../base/message.ts";
import { faultText } from "../../server/fault_text.ts";
import type { Fault } from "../../server/reply/fault.ts";
import { History } from "./history.ts";
import { judge } from "./judge.ts";
import { clientFailsAlone, clientHangsAlone, clientSendsNothing } from "./messages.ts";
import { hasToolCall, type Manner, scenarioFor } from "./scenario.ts";
import type { ClientEnd, FaultEvidence, JudgedClient, JudgedFault, SeenRequest } from "./seen.ts";
import { runTrial, type Trial, type TrialOptions } from "./trial.ts";

/** How a client is tried. */
export interface TryOptions extends TrialOptions {
  /** `null`: those of {@linkcode scenarioFor}. */
  readonly faults: readonly Fault[] | null;
  /** Told before each run, with how many there are. */
  readonly onTrial: (
    fault: string,
    place: { readonly number: number; readonly of: number },
  ) => void;
}

/** What came of it. */
export interface TriedClient {
  readonly client: JudgedClient;
  /** Not every fault was tried. */
  readonly interrupted: boolean;
}

/**
 * Runs a client's command once without a fault, then once for each fault, and judges what it did. The run without one shows
 * that its exit code means something, and how it asks. `null` when that run was interrupted.
 *
 * @throws {UserError} when that run fails, hangs, or asks for nothing: no verdict would mean anything
 */
export async function tryClient(options: TryOptions): Promise<TriedClient | null> {
  const alone = await runTrial(null, options);
  if (alone === null) return null;
  const [first] = alone.requests;
  checkAlone(alone);
  if (first === undefined) throw new UserError(clientSendsNothing());
  const manner = mannerOf(alone.requests, options);
  const faults = options.faults ?? scenarioFor(manner);
  const judged: JudgedFault[] = [];
  for (const [index, fault] of faults.entries()) {
    const text = faultText(fault);
    options.onTrial(text, { number: index + 1, of: faults.length });
    const trial = await runTrial(fault, options);
    if (trial === null) break;
    judged.push({ fault: text, kinds: [fault.kind], ...judgeTrial(trial, { alone, options }) });
  }
  const { userAgent, api } = first;
  return {
    client: { userAgent, api, streamed: manner.streamed, faults: judged },
    interrupted: judged.length < faults.length,
  };
}

function judgeTrial(
  { requests, end, now }: Trial,
  { alone, options }: { readonly alone: Trial; readonly options: TryOptions },
): FaultEvidence {
  const struck = requests.find(({ faults }) => faults.length > 0);
  if (struck === undefined) {
    return { verdict: "unknown", evidence: { kind: "not_struck" } };
  }
  const { patience } = options;
  return judge(struck, {
    history: new History(requests),
    end: comparedWith(alone.end, end),
    now,
    patience,
  });
}

/** Whoever writes to stderr without a fault, too, says nothing by it. */
function comparedWith(alone: ClientEnd, end: ClientEnd): ClientEnd {
  const alwaysSpeaks = alone.kind === "exit" && alone.complained;
  return end.kind === "exit" && alwaysSpeaks ? { ...end, complained: false } : end;
}

function checkAlone({ end, requests }: Trial): void {
  const asked = requests.length > 0;
  if (end.kind === "stopped") throw new UserError(clientHangsAlone(end.idle, { asked }));
  if (end.kind === "signal") throw new UserError(clientFailsAlone(end.signal, { asked }));
  if (end.code !== 0) throw new UserError(clientFailsAlone(String(end.code), { asked }));
  if (!asked) throw new UserError(clientSendsNothing());
}

/** How it asks, by the answers that it would get again. */
function mannerOf(requests: readonly SeenRequest[], { source, patience }: TryOptions): Manner {
  const again = source();
  const answers = requests.map(({ body, api }) => ({ answer: again.answer(body, api), api }));
  return {
    api: requests[0]?.api ?? "chat",
    streamed: requests.some(({ body }) => body["stream"] === true),
    patience,
    callsTools: answers.some(({ answer, api }) => hasToolCall(answer, api)),
  };
}
