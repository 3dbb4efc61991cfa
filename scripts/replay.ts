import { basename } from "node:path";
import { replayChat, type ReplayResult } from "../lib/chat/replay_chat.ts";
import { AnswerOutput } from "../lib/cli/answer_output.ts";
import { commonFlags, declareCommand } from "../lib/cli/command.ts";
import { exitCode } from "../lib/cli/exit_code.ts";
import {
  fileUnreadable,
  noTranscripts,
  severalFilesArePlayed,
  transcriptMalformed,
  untimed,
} from "../lib/cli/messages/transcripts.ts";
import { outputFlags } from "../lib/cli/output_flags.ts";
import { speedFlag } from "../lib/cli/replay_flags.ts";
import { runScript } from "../lib/cli/script.ts";
import { requestMetrics } from "../lib/measure/metrics.ts";
import { resultJson } from "../lib/report/json.ts";
import { UserError } from "../lib/report/message.ts";
import { renderOutcomes, renderSummaryTable } from "../lib/report/summary_table.ts";
import { TranscriptError } from "../lib/transcript/format.ts";
import { TranscriptFile, transcriptFiles } from "../lib/transcript/replay.ts";
import { monotonicClock } from "../lib/wire/clock.ts";

export const replay = declareCommand({
  name: "bun scripts/replay.ts",
  summary: {
    en: "Play a saved stream at its own pace, then show how it streamed",
    zh: "按原有节奏回放保存的流，然后显示流式指标",
  },
  examples: [
    {
      command: "bun scripts/replay.ts hello.sse",
      description: { en: "play it as it came", zh: "按原样回放" },
    },
    {
      command: "bun scripts/replay.ts hello.sse --wire --speed 0.2",
      description: { en: "watch it in slow motion", zh: "慢放，观察每个数据块" },
    },
    {
      command: "bun scripts/replay.ts --report runs/",
      description: { en: "sum up a folder, without playing", zh: "不播放，汇总一个文件夹" },
    },
  ],
  positional: {
    name: { en: "file", zh: "文件" },
    description: {
      en: "A transcript; with --report or --json also several, or a folder",
      zh: "转录文件；配合 --report 或 --json 可给多个文件或文件夹",
    },
    min: 1,
    max: Infinity,
  },
  flags: {
    speed: speedFlag,
    report: {
      type: "boolean",
      group: { en: "Output", zh: "输出" },
      description: { en: "Show the numbers without playing", zh: "不播放，只显示指标" },
    },
    strict: {
      type: "boolean",
      group: { en: "Output", zh: "输出" },
      description: {
        en: "Exit with the code of the recorded outcome, not with 0",
        zh: "以所录结果的退出码退出，而不是 0",
      },
    },
    ...outputFlags,
    ...commonFlags,
  },
  exclusive: [
    ["report", "json", "wire"],
    ["report", "speed"],
    ["json", "speed"],
  ],
});

if (import.meta.main) {
  await runScript(replay, async ({ flags, positionals }, context) => {
    const { out, say, signal, language } = context;
    const paths = await filesIn(positionals);
    const [path = "", ...others] = paths;
    const isQuiet = flags.report ?? flags.json ?? false;
    if (others.length > 0 && !isQuiet) throw new UserError(severalFilesArePlayed());
    const speed = isQuiet ? Infinity : (flags.speed ?? 1);
    const code = (result: ReplayResult): number =>
      flags.strict || signal.aborted ? exitCode(result.verdict) : 0;

    if (others.length === 0) {
      const output = new AnswerOutput({ ...flags, json: flags.json ?? false }, context);
      const file = new TranscriptFile(path);
      const result = await read(file, {
        speed,
        signal,
        keepText: flags.json ?? false,
        onArrivals: (arrivals) => (flags.report ? undefined : output.show(arrivals)),
      });
      output.endAnswer();
      const { timeline } = result.reading;
      if (timeline.deltasAt.length > 0 && timeline.deltasAt[0] === null) {
        say(untimed(file.isPrettyPrinted));
      }
      output.report(result, { stats: flags.report ? "out" : flags.json ? null : "err" });
      return context.outIsClosed() ? 0 : code(result);
    }

    const stall = (flags.stall ?? 500) * 1000;
    const entries = [];
    for (const path of paths) {
      if (signal.aborted) break;
      const file = new TranscriptFile(path);
      const result = await read(file, { speed, signal, keepText: flags.json ?? false });
      const metrics = requestMetrics(result.reading.timeline, { stall });
      entries.push({ name: basename(path), path, result, metrics });
    }
    if (flags.json) {
      const files = entries.map(({ path, result, metrics }) => ({
        file: path,
        ...resultJson(result, { metrics, language }),
      }));
      out.write(`${JSON.stringify({ files }, null, 2)}\n`);
    } else {
      out.write(`${renderSummaryTable(entries)}\n${renderOutcomes(entries)}\n`);
    }
    return Math.max(0, ...entries.map(({ result }) => code(result)));
  });
}

async function filesIn(paths: readonly string[]): Promise<string[]> {
  const files: string[] = [];
  for (const path of paths) {
    const found = await transcriptFiles(path).catch((error: unknown) => {
      throw new UserError(fileUnreadable(path, reasonOf(error)));
    });
    if (found.length === 0) throw new UserError(noTranscripts(path));
    files.push(...found);
  }
  return files;
}

async function read(
  file: TranscriptFile,
  options: Omit<Parameters<typeof replayChat>[1], "clock">,
): Promise<ReplayResult> {
  try {
    return await replayChat(file, { ...options, clock: monotonicClock });
  } catch (error) {
    if (error instanceof TranscriptError) throw new UserError(transcriptMalformed(error));
    throw new UserError(fileUnreadable(file.path, reasonOf(error)));
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
