import { completeChat } from "../chat/complete_chat.ts";
import { exitCode } from "../target/failure_code.ts";
import { modelNeeded } from "../target/messages/target.ts";
import { sayFailure } from "../target/failure.ts";
import type { Verdict } from "../measure/outcome.ts";
import type { Message } from "../base/message.ts";
import { formatTime } from "../text/units.ts";
import type { ResponseHead } from "../wire/exchange.ts";
import { completionRequest } from "../protocols/completion_request.ts";
import { fewestTokens } from "../protocols/fewest_tokens.ts";
import { fieldsOf } from "../target/asked.ts";
import { type Check, check, type CheckId } from "./check.ts";
import type { OnlineTarget } from "./examine_online.ts";
import { hideKeyShapes } from "./key_shape.ts";
import { tokenCame } from "./messages/online.ts";

/** Asks for as little as can be asked for. Without a model of its own the target gets the only one of `names`. */
export async function checkCompletion({
  target,
  names,
  signal,
}: {
  readonly target: OnlineTarget;
  readonly names: readonly string[];
  readonly signal: AbortSignal;
}): Promise<Check> {
  const model = target.model ?? (names.length === 1 ? names[0] : undefined);
  if (model === undefined) {
    return check("completion", { status: "error", message: modelNeeded(names) });
  }
  const request = completionRequest({
    ...target,
    model,
    messages: [{ role: "user", content: "Hi" }],
    sampling: { maxTokens: fewestTokens(target.api) },
    fields: fieldsOf(target.provider),
  });
  const result = await completeChat(request, { signal, limits: target.limits, drain: false });
  const { verdict, head, reading } = result;
  const took = result.endedAt - result.sentAt;
  if (verdict.failure !== null) {
    return failed("completion", { verdict, head, took, target: { ...target, model } });
  }
  const [firstText = null] = reading.timeline.deltasAt;
  const message = tokenCame(model, firstText === null ? null : formatTime(firstText));
  return check("completion", { status: "ok", message, took });
}

/** In the words that `ask` uses, with its hints when the key was refused. */
export function failed(
  id: CheckId,
  result: {
    readonly verdict: Verdict;
    readonly head: ResponseHead | null;
    readonly took: number;
    readonly target: OnlineTarget;
  },
): Check {
  const { target, took } = result;
  const { verdict } = result;
  const said: Message[] = [];
  const say = (message: Message): number => said.push(message);
  sayFailure(result, { ...target, model: target.model ?? "" }, { say });
  return check(id, { status: "error", message: joined(said), took, exitCode: exitCode(verdict) });
}

/** One message of several: the first cause, and all steps. */
function joined(messages: readonly Message[]): Message {
  const [first] = messages;
  const cause = first?.cause ?? { en: "no answer", zh: "没有回答" };
  const steps = messages.flatMap(({ step }) => step ?? []);
  const shown = { en: hideKeyShapes(cause.en), zh: hideKeyShapes(cause.zh) };
  if (steps.length === 0) return { cause: shown };
  return {
    cause: shown,
    step: {
      en: steps.map(({ en }) => en).join(". "),
      zh: steps.map(({ zh }) => zh).join("。"),
    },
  };
}
