import { requestMetrics } from "../measure/metrics.ts";
import { notesOf } from "../report/request/notes.ts";
import { type ReportedResult, resultJson } from "../report/request/result_json.ts";
import { renderStats } from "../report/request/stats.ts";
import { toolCallLines } from "../report/request/tool_call_lines.ts";
import { renderChunkSummary } from "../report/request/wire_view.ts";
import { jsonText } from "../text/json_text.ts";
import type { OutputContext, OutputFlags } from "./answer_output.ts";

/** How the whole of a completion is reported. */
export interface AnswerReportOptions {
  readonly flags: OutputFlags;
  readonly context: OutputContext;
  /** Where the stats go: to stdout if they are the result; `null`: they are not asked for. */
  readonly stats: "out" | "err" | null;
  /** What else stands in the JSON. Default: nothing. */
  readonly beside?: Record<string, unknown> | undefined;
}

/** Shows what there is to say about the whole: JSON, the count of chunks or the tool calls, notes, and the stats. */
export function reportAnswer(
  result: ReportedResult,
  { flags, context, stats, beside }: AnswerReportOptions,
): void {
  const { out, err, language, say } = context;
  const stall = (flags.stall ?? 500) * 1000;
  const metrics = requestMetrics(result.reading.timeline, { stall });
  if (flags.json) {
    const json = { ...resultJson(result, { metrics, language }), ...beside };
    out.write(`${jsonText(json, { indent: 2 })}\n`);
  }
  if (flags.wire) err.write(`${renderChunkSummary(result.reading.chunks, language)}\n`);
  if (!flags.json && !flags.wire && stats !== "out") {
    for (const cause of toolCallLines(result.reading)) say({ cause });
  }
  for (const { message } of notesOf(result)) say({ cause: message });
  if (stats === null) return;
  const { write, colors, glyphs, width } = stats === "out" ? out : err;
  const drawn = { glyphs, width: width ?? 80 };
  const block = renderStats(result, metrics, { language, stall, dim: colors.dim, drawn });
  write(stats === "out" ? `${block}\n` : `\n${block}\n`);
}
