import { completeChat } from "../lib/chat/complete_chat.ts";
import { recorders } from "../lib/chat/recorders.ts";
import { AnswerOutput } from "../lib/replay/answer_output.ts";
import { schemaFormat } from "../lib/ask/attachments.ts";
import { commonFlags, declareCommand } from "../lib/command/declaration.ts";
import { messagesFor, readConversation } from "../lib/ask/conversation.ts";
import {
  endpointFlags,
  requestHeaders,
  samplingFlags,
  samplingParameters,
} from "../lib/target/endpoint_flags.ts";
import { EXIT } from "../lib/command/exit_code.ts";
import { exitCode } from "../lib/target/failure_code.ts";
import { writeModels } from "../lib/ask/list_models.ts";
import { needs } from "../lib/command/messages/arguments.ts";
import {
  anotherAttempt,
  demoHint,
  listingTakesNoQuestion,
  noQuestion,
  responseWas,
} from "../lib/ask/messages/ask.ts";
import { outputFlags } from "../lib/replay/output_flags.ts";
import { readQuestion } from "../lib/ask/question.ts";
import { questionFlags } from "../lib/ask/question_flags.ts";
import { RawResponse } from "../lib/ask/raw_response.ts";
import { interruptSignal, Recording } from "../lib/ask/saved_stream.ts";
import { runScript } from "../lib/command/script.ts";
import { modelsNear, openTarget, sayFailure } from "../lib/target/target.ts";
import { renderRequest } from "../lib/report/request/dry_run.ts";
import { UserError } from "../lib/base/message.ts";
import { chatRequest } from "../lib/wire/request.ts";

const output = { en: "Output", zh: "输出" };

export const ask = declareCommand({
  name: "bun scripts/ask.ts",
  summary: {
    en: "Ask a model one question and stream the answer",
    zh: "向模型提一个问题，并流式输出回答",
  },
  examples: [
    {
      command: {
        en: 'bun scripts/ask.ts "Why is the sky blue?"',
        zh: 'bun scripts/ask.ts "天空为什么是蓝的？"',
      },
      description: { en: "ask, with the key in .env", zh: "提问，密钥在 .env 中" },
    },
    {
      command: "bun scripts/ask.ts --demo --wire",
      description: { en: "watch a stream, without a key", zh: "不用密钥，观察一个流" },
    },
    {
      command: {
        en: 'bun scripts/ask.ts "Sum this up" < notes.txt',
        zh: 'bun scripts/ask.ts "总结一下" < notes.txt',
      },
      description: { en: "ask about a file", zh: "就一个文件提问" },
    },
    {
      command: 'bun scripts/ask.ts --provider ollama --model qwen3 --stats "Hi"',
      description: { en: "ask a local server, with metrics", zh: "询问本地服务并显示指标" },
    },
  ],
  positional: {
    name: { en: "question", zh: "问题" },
    description: {
      en: "What to ask, in quotes; - reads it from stdin. Without one: the demo",
      zh: "问题内容，请加引号；- 表示从标准输入读取。不给则播放演示",
    },
    min: 0,
    max: 1,
    spoken: true,
  },
  flags: {
    ...questionFlags,
    ...outputFlags,
    stats: {
      type: "boolean",
      group: output,
      description: { en: "Then show how it streamed, on stderr", zh: "随后在标准错误显示流式指标" },
    },
    save: {
      type: "text",
      hint: "FILE.sse",
      group: output,
      description: {
        en: "Record the stream in this file, for replay and --continue",
        zh: "把流录制到此文件，可用于回放和 --continue",
      },
    },
    force: {
      type: "boolean",
      group: output,
      description: { en: "Let --save overwrite a file", zh: "允许 --save 覆盖已有文件" },
    },
    "dry-run": {
      type: "boolean",
      group: output,
      description: {
        en: "Print the request, without the key, and send nothing",
        zh: "只打印请求（不含密钥），不发送",
      },
    },
    "list-models": {
      type: "boolean",
      group: output,
      description: {
        en: "Print the names of the endpoint's models, and ask nothing",
        zh: "列出该接口的模型名，不提问",
      },
    },
    ...endpointFlags,
    retries: { ...endpointFlags.retries, shownDefault: "2" },
    ...samplingFlags,
    ...commonFlags,
  },
  exclusive: [
    ["json", "wire", "dry-run"],
    ["demo", "provider"],
    ["demo", "base-url"],
    ["list-models", "prompt"],
    ["list-models", "continue"],
    ["list-models", "save"],
    ["list-models", "stats"],
    ["list-models", "wire"],
  ],
});

if (import.meta.main) {
  await runScript(ask, async ({ flags, positionals: [words] }, context) => {
    if (flags.listModels) {
      if (words !== undefined) throw new UserError(listingTakesNoQuestion());
      return writeModels(flags, context);
    }
    if (flags.force && flags.save === undefined) throw new UserError(needs("--force", "--save"));
    const question = await readQuestion({ words, ...flags }, context);
    const nothingAsked = question === null && !flags.demo;
    if (nothingAsked && Object.keys(flags).length > 0) throw new UserError(noQuestion());
    const continued = flags.continue === undefined ? null : await readConversation(flags.continue);
    const messages = messagesFor(question ?? "你好", { ...flags, continued });
    const format = flags.schema === undefined ? undefined : schemaFormat(flags.schema);
    const headers = requestHeaders(flags);
    const overwrite = flags.force ?? false;
    using recording =
      flags.save === undefined || flags.dryRun ? null : new Recording(flags.save, { overwrite });
    const model = flags.model ?? continued?.model ?? undefined;
    const demo = flags.demo ?? nothingAsked;
    await using target = await openTarget(
      { ...flags, demo, ...(model === undefined ? undefined : { model }) },
      context,
    );
    const { maxTokensField } = target.provider ?? {};
    const request = chatRequest({
      ...target,
      messages,
      headers,
      parameters: { response_format: format, ...samplingParameters(flags, { maxTokensField }) },
    });
    if (flags.dryRun) {
      context.out.write(`${renderRequest(request)}\n`);
      return EXIT.ok;
    }
    const { say } = context;
    const show = new AnswerOutput(flags, context);
    const raw = new RawResponse();
    const result = await completeChat(request, {
      signal: recording === null ? context.signal : interruptSignal(context),
      limits: target.limits,
      retries: flags.retries ?? 2,
      onAnotherAttempt: (attempt) => say(anotherAttempt(attempt)),
      recorder: recording === null ? raw : recorders(raw, recording),
      drain: false,
      onArrivals: (arrivals) => show.show(arrivals),
    });
    const { outcome, failure } = result.verdict;
    show.endAnswer();
    // Whoever reads stdout has enough, as `head` does: all that is left to do is to go quietly.
    if (context.outIsClosed() && recording === null) return EXIT.ok;
    const models = await modelsNear(result, { ...target, headers }, context);
    sayFailure(result, { ...target, models }, context);
    const response = failure === null || !flags.verbose ? null : raw.render();
    if (response !== null) say(responseWas(response));
    const wantsStats = flags.stats || (outcome === "interrupted" && !flags.json);
    show.report(result, { stats: wantsStats ? "err" : null });
    if (nothingAsked) say(demoHint());
    const isWhole = recording?.finish(context) ?? true;
    return exitCode(result.verdict) || (isWhole ? EXIT.ok : EXIT.fault);
  });
}
