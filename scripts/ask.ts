import { completeChat } from "../lib/chat/complete_chat.ts";
import { commonFlags, declareCommand } from "../lib/cli/command.ts";
import {
  endpointFlags,
  requestHeaders,
  samplingFlags,
  samplingParameters,
} from "../lib/cli/endpoint_flags.ts";
import { EXIT, exitCode } from "../lib/cli/exit_code.ts";
import { anotherAttempt, demoHint, noQuestion } from "../lib/cli/messages/ask.ts";
import { UserError } from "../lib/report/message.ts";
import { readQuestion } from "../lib/cli/question.ts";
import { runScript } from "../lib/cli/script.ts";
import { hideKey, openTarget, sayFailure, withoutKey } from "../lib/cli/target.ts";
import { requestMetrics } from "../lib/measure/metrics.ts";
import { AnswerWriter } from "../lib/report/answer_writer.ts";
import { renderRequest } from "../lib/report/dry_run.ts";
import { resultJson } from "../lib/report/json.ts";
import { notesOf } from "../lib/report/notes.ts";
import { renderStats } from "../lib/report/stats.ts";
import { renderArrival, renderChunkSummary } from "../lib/report/wire_view.ts";
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
    prompt: {
      type: "text",
      group: { en: "Question", zh: "问题" },
      description: { en: "The question, as a flag", zh: "以选项形式给出问题" },
    },
    reasoning: {
      type: "enum",
      options: ["show", "hide", "only"],
      group: output,
      description: {
        en: "Reasoning: show it on stderr, hide it, or print only it",
        zh: "推理过程：显示在标准错误、隐藏、或只输出推理",
      },
      shownDefault: "show",
    },
    stats: {
      type: "boolean",
      group: output,
      description: { en: "Then show how it streamed, on stderr", zh: "随后在标准错误显示流式指标" },
    },
    wire: {
      type: "boolean",
      group: output,
      description: {
        en: "Show the stream itself: one line for each chunk, as it lands",
        zh: "显示流本身：每个数据块到达时输出一行",
      },
    },
    json: {
      type: "boolean",
      group: output,
      description: {
        en: "Print answer, usage and metrics as JSON",
        zh: "以 JSON 输出回答、用量和指标",
      },
    },
    "dry-run": {
      type: "boolean",
      group: output,
      description: {
        en: "Print the request, without the key, and send nothing",
        zh: "只打印请求（不含密钥），不发送",
      },
    },
    stall: {
      type: "duration",
      group: output,
      description: { en: "Count gaps longer than this as stalls", zh: "超过此时长的间隔算作停顿" },
      shownDefault: "500ms",
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
  ],
});

if (import.meta.main) {
  await runScript(ask, async ({ flags, positionals: [words] }, context) => {
    const { language, out, err, say, signal } = context;
    const question = await readQuestion({ words, ...flags }, context);
    const nothingAsked = question === null && !flags.demo;
    if (nothingAsked && Object.keys(flags).length > 0) throw new UserError(noQuestion());
    const headers = requestHeaders(flags);
    await using target = await openTarget({ ...flags, demo: flags.demo ?? nothingAsked }, context);
    const request = chatRequest({
      baseUrl: target.baseUrl,
      model: target.model,
      key: target.key,
      messages: [
        ...(flags.system === undefined ? [] : [{ role: "system", content: flags.system } as const]),
        { role: "user", content: question ?? "你好" },
      ],
      headers,
      parameters: samplingParameters(flags, { maxTokensField: target.provider?.maxTokensField }),
    });
    if (flags.dryRun) {
      out.write(`${renderRequest(request)}\n`);
      return 0;
    }
    const stall = (flags.stall ?? 500) * 1000;
    const writer = new AnswerWriter({
      out: (text) => out.write(text),
      err: (text) => err.write(text),
      outIsTerminal: out.isTerminal,
      errIsTerminal: err.isTerminal,
      reasoning: flags.reasoning ?? "show",
      dim: err.colors.dim,
    });
    const answer = await completeChat(request, {
      signal,
      limits: target.limits,
      retries: flags.retries ?? 2,
      onAnotherAttempt: (attempt) => say(anotherAttempt(attempt)),
      drain: false,
      onArrivals(arrivals) {
        if (flags.json) return;
        if (!flags.wire) return writer.write(arrivals);
        const whole = flags.verbose ?? false;
        const view = { width: out.width, whole, language, dim: out.colors.dim };
        for (const arrival of arrivals) {
          const data = arrival.data === null ? null : hideKey(arrival.data, target.key);
          out.write(`${renderArrival({ ...arrival, data }, view)}\n`);
        }
      },
    });
    const result = { ...answer, verdict: withoutKey(answer.verdict, target.key) };
    writer.end();
    // Whoever reads stdout has enough, as `head` does: all that is left to do is to go quietly.
    if (context.outIsClosed()) return EXIT.ok;
    const metrics = requestMetrics(result.reading.timeline, { stall });
    if (flags.json) {
      out.write(`${JSON.stringify(resultJson(result, { metrics, language }), null, 2)}\n`);
    }
    if (flags.wire) {
      err.write(`${renderChunkSummary(result.reading.chunks, language)}\n`);
    }
    sayFailure(result, target, context);
    for (const { message } of notesOf(result)) say({ cause: message });
    if (flags.stats || (result.verdict.outcome === "interrupted" && !flags.json)) {
      err.write(`\n${renderStats(result, metrics, { language, stall, dim: err.colors.dim })}\n`);
    }
    if (nothingAsked) say(demoHint());
    return exitCode(result.verdict);
  });
}
