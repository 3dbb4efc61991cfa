import type { Message } from "../base/message.ts";
import { EXIT } from "../command/exit_code.ts";
import type { ScriptContext } from "../command/script.ts";
import type { PromptSource } from "../load/prompts.ts";
import type { RequestRecord } from "../measure/request_record.ts";
import { processEndWords } from "../report/run/process_end_words.ts";
import { failureCode } from "../target/failure_code.ts";
import { sayFailure } from "../target/failure.ts";
import { simulatedGone, warmUpFailed } from "./messages.ts";
import type { OpenSide } from "./open_sides.ts";
import type { BenchSession } from "./session.ts";
import { inSide } from "./sides_messages.ts";
import type { BenchTarget } from "./target.ts";

/** So many requests may show that a target answers: one alone may be refused by chance. */
const TRIES = 3;

/**
 * Tries every target before one of them is measured: what is wrong with the last one is not to be found behind the
 * first one's run. Gives the exit code when a target answers none of three requests; `null` when all answer, or no
 * warm-up is wanted.
 */
export async function tryOut({
  sides,
  session,
  prompts,
  context,
}: {
  readonly sides: readonly OpenSide[];
  readonly session: BenchSession;
  readonly prompts: PromptSource;
  readonly context: ScriptContext;
}): Promise<number | null> {
  for (const [index, { target, spec, name }] of sides.entries()) {
    if (spec.plan.warmup === 0 || context.signal.aborted) return null;
    const side = { index, name: name ?? "", pair: 0 };
    const plan = { ...spec.plan, warmup: TRIES };
    const records = await session.warmUp({ ...spec, plan, side, prompts });
    const failed = await warmUpFailure(records, { target, context, name });
    if (failed !== null) return failed;
  }
  return null;
}

/** Says that no request of a warm-up succeeded, and gives the exit code; `null` when one did, or there was none. */
export async function warmUpFailure(
  records: readonly RequestRecord[],
  {
    target,
    context,
    name = null,
  }: {
    readonly target: BenchTarget;
    readonly context: ScriptContext;
    /** Of several targets, what this one is called. */
    readonly name?: string | null;
  },
): Promise<number | null> {
  const failure = records[0]?.failure ?? null;
  if (failure === null || records.some((record) => record.failure === null)) return null;
  const say = (message: Message): void => {
    const told = warmUpFailed(message);
    context.say(name === null ? told : inSide(name, told));
  };
  const end = target.simulated === null ? null : await target.simulated.end();
  if (end !== null) {
    say(simulatedGone(processEndWords(end)));
    return EXIT.fault;
  }
  sayFailure({ verdict: { outcome: "failed", failure }, head: null }, target, { say });
  return failureCode(failure);
}
