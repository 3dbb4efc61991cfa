import type { ParsedArguments } from "../command/arguments.ts";
import type { ScriptContext } from "../command/script.ts";
import { askCommand } from "./command.ts";
import { completeChat } from "../chat/complete_chat.ts";
import { combinedRecorder } from "../chat/combined_recorder.ts";
import { AnswerOutput } from "../replay/answer_output.ts";
import { answerSchema } from "./attachments.ts";
import type { Conversation } from "./conversation.ts";
import { messagesFor } from "./messages_to_send.ts";
import { checkAsked, fieldsOf, limitMessage } from "../target/asked.ts";
import { bodyParameters, requestHeaders, samplingOf } from "../target/endpoint_flags.ts";
import { EXIT } from "../command/exit_code.ts";
import { exitCode } from "../target/failure_code.ts";
import { needs } from "../command/messages/arguments.ts";
import {
  anotherAttempt,
  demoHint,
  listingTakesNoQuestion,
  noQuestion,
  responseWas,
} from "./messages/ask.ts";
import { readQuestion } from "./question.ts";
import { RawResponse } from "./raw_response.ts";
import { interruptSignal } from "./interrupt_signal.ts";
import { openTarget } from "../target/target.ts";
import { renderRequest } from "../report/request/dry_run.ts";
import { UserError } from "../base/message.ts";
import { unlessAborted } from "../base/unless_aborted.ts";
import { completionRequest } from "../protocols/completion_request.ts";

/**
 * Asks one question and streams the answer, and gives the exit code of its outcome.
 *
 * @throws {UserError} when a flag, a file or a setting is wrong or missing: then nothing was sent.
 */
export async function ask(
  { flags, positionals: [words] }: ParsedArguments<typeof askCommand.flags>,
  context: ScriptContext,
): Promise<number> {
  if (flags.listModels) {
    if (words !== undefined) throw new UserError(listingTakesNoQuestion());
    const { writeModels } = await import("./list_models.ts");
    return writeModels(flags, context);
  }
  if (flags.force && flags.save === undefined) throw new UserError(needs("--force", "--save"));
  const question = await readQuestion({ words, ...flags }, context);
  const nothingAsked = question === null && !flags.demo;
  if (nothingAsked && Object.keys(flags).length > 0) throw new UserError(noQuestion());
  const { signal } = context;
  // Each of these files may be a pipe, which lets wait.
  const continued =
    flags.continue === undefined
      ? null
      : await unlessAborted(conversationOf(flags.continue), signal);
  const attached = messagesFor(question ?? "你好", { ...flags, continued });
  const messages = await unlessAborted(attached, signal);
  const schema =
    flags.schema === undefined
      ? undefined
      : await unlessAborted(answerSchema(flags.schema), signal);
  const headers = requestHeaders(flags);
  const overwrite = flags.force ?? false;
  using recording =
    flags.save === undefined || flags.dryRun ? null : await savedStream(flags.save, { overwrite });
  const model = flags.model ?? continued?.model ?? undefined;
  const demo = flags.demo ?? nothingAsked;
  const asked = {
    messages,
    sampling: samplingOf(flags),
    schema,
    parameters: bodyParameters(flags),
  };
  const names = flags.image === undefined ? { image: "--continue" } : {};
  await using target = await openTarget(
    { ...flags, demo, ...(model === undefined ? undefined : { model }) },
    { ...context, check: (endpoint) => checkAsked(asked, { ...endpoint, names }) },
  );
  const completion = {
    ...target,
    ...asked,
    headers,
    fields: fieldsOf(target.provider),
    usageCache: flags.usageCache,
    think: flags.think,
  };
  const limit = flags.verbose ? limitMessage(completion) : null;
  if (limit !== null) context.say(limit);
  const request = completionRequest(completion);
  if (flags.dryRun) {
    context.out.write(`${renderRequest(request)}\n`);
    return EXIT.ok;
  }
  const { say } = context;
  const show = new AnswerOutput(flags, context);
  const raw = new RawResponse();
  // A recording goes on without a reader.
  using _watch = recording === null ? context.watchOut() : null;
  const result = await completeChat(request, {
    signal: recording === null ? signal : interruptSignal(context),
    limits: target.limits,
    retries: flags.retries ?? 2,
    onAnotherAttempt: (attempt) => say(anotherAttempt(attempt)),
    recorder: recording === null ? raw : combinedRecorder(raw, recording),
    drain: false,
    onArrivals: (arrivals) => show.show(arrivals),
  });
  const { outcome, failure } = result.verdict;
  show.endAnswer();
  // Whoever reads stdout has enough, as `head` does: all that is left to do is to go quietly.
  if (context.outIsClosed() && recording === null) return EXIT.ok;
  if (failure !== null) {
    const { modelsNear, sayFailure } = await import("../target/failure.ts");
    const models = await modelsNear(result, { ...target, headers }, context);
    sayFailure(result, { ...target, models }, context);
  }
  const response = failure === null || !flags.verbose ? null : raw.render();
  if (response !== null) say(responseWas(response));
  const wantsStats = flags.stats || (outcome === "interrupted" && !flags.json);
  const { reportAnswer } = await import("../replay/answer_report.ts");
  reportAnswer(result, { flags, context, stats: wantsStats ? "err" : null });
  if (nothingAsked) say(demoHint());
  const isWhole = recording?.finish(context) ?? true;
  return exitCode(result.verdict) || (isWhole ? EXIT.ok : EXIT.fault);
}

// What few command lines need is loaded for these: the request waits until all that is loaded is there.

async function conversationOf(path: string): Promise<Conversation> {
  const { readConversation } = await import("./conversation.ts");
  return await readConversation(path);
}

async function savedStream(path: string, options: { readonly overwrite: boolean }) {
  const { SavedStream } = await import("./saved_stream.ts");
  return new SavedStream(path, options);
}
