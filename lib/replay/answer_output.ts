import type { Arrival } from "../chat/reading.ts";
import { requestMetrics } from "../measure/metrics.ts";
import { AnswerWriter } from "../report/request/answer_writer.ts";
import { type ReportedResult, resultJson } from "../report/request/result_json.ts";
import { jsonText } from "../text/json_text.ts";
import { notesOf } from "../report/request/notes.ts";
import { toolCallLines } from "../report/request/tool_call_lines.ts";
import { renderStats } from "../report/request/stats.ts";
import { renderArrival, renderChunkSummary } from "../report/request/wire_view.ts";
import type { FlagValues } from "../command/flag_types.ts";
import type { outputFlags } from "./output_flags.ts";
import type { ScriptContext } from "../command/script.ts";

type OutputFlags = FlagValues<typeof outputFlags> & { readonly verbose?: boolean };

type OutputContext = Pick<ScriptContext, "out" | "err" | "say" | "language">;

/** Shows one completion as its flags ask: as text while it comes, as the stream itself, or as JSON at the end. */
export class AnswerOutput {
  readonly #flags: OutputFlags;
  readonly #context: OutputContext;
  readonly #writer: AnswerWriter;

  constructor(flags: OutputFlags, context: OutputContext) {
    const { out, err } = context;
    this.#flags = flags;
    this.#context = context;
    this.#writer = new AnswerWriter({
      out: (text) => out.write(text),
      err: (text) => err.write(text),
      outIsTerminal: out.isTerminal,
      errIsTerminal: err.isTerminal,
      reasoning: flags.reasoning ?? "show",
      dim: err.colors.dim,
    });
  }

  /** Shows what arrived. */
  show(arrivals: readonly Arrival[]): void {
    const { json, wire, verbose = false } = this.#flags;
    if (json) return;
    const { out, language } = this.#context;
    if (!wire) return this.#writer.write(arrivals);
    const view = { width: out.width, whole: verbose, language, dim: out.colors.dim };
    for (const arrival of arrivals) out.write(`${renderArrival(arrival, view)}\n`);
  }

  /** Ends the answer's line. */
  endAnswer(): void {
    this.#writer.end();
  }

  /**
   * Shows what there is to say about the whole: JSON, the count of chunks or the tool calls, notes, and the stats, where they are
   * asked for: on stdout if they are the result.
   */
  report(
    result: ReportedResult,
    {
      stats,
      beside,
    }: {
      readonly stats: "out" | "err" | null;
      /** What else stands in the JSON. Default: nothing. */
      readonly beside?: Record<string, unknown> | undefined;
    },
  ): void {
    const { out, err, language, say } = this.#context;
    const stall = (this.#flags.stall ?? 500) * 1000;
    const metrics = requestMetrics(result.reading.timeline, { stall });
    if (this.#flags.json) {
      const json = { ...resultJson(result, { metrics, language }), ...beside };
      out.write(`${jsonText(json, { indent: 2 })}\n`);
    }
    if (this.#flags.wire) {
      err.write(`${renderChunkSummary(result.reading.chunks, language)}\n`);
    }
    if (!this.#flags.json && !this.#flags.wire && stats !== "out") {
      for (const cause of toolCallLines(result.reading)) say({ cause });
    }
    for (const { message } of notesOf(result)) say({ cause: message });
    if (stats === null) return;
    const { write, colors, glyphs, width } = stats === "out" ? out : err;
    const drawn = { glyphs, width: width ?? 80 };
    const block = renderStats(result, metrics, { language, stall, dim: colors.dim, drawn });
    write(stats === "out" ? `${block}\n` : `\n${block}\n`);
  }
}
