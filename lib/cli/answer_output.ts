import type { Arrival } from "../chat/reading.ts";
import { hideKey } from "../chat/without_key.ts";
import { requestMetrics } from "../measure/metrics.ts";
import { AnswerWriter } from "../report/answer_writer.ts";
import { type ReportedResult, resultJson } from "../report/json.ts";
import { notesOf } from "../report/notes.ts";
import { renderStats } from "../report/stats.ts";
import { renderArrival, renderChunkSummary } from "../report/wire_view.ts";
import type { Secret } from "../wire/secret.ts";
import type { FlagValues } from "./flag_types.ts";
import type { outputFlags } from "./output_flags.ts";
import type { ScriptContext } from "./script.ts";

type OutputFlags = FlagValues<typeof outputFlags> & { readonly verbose?: boolean };

interface OutputContext extends Pick<ScriptContext, "out" | "err" | "say" | "language"> {
  /** Shown as `[key]`, should an endpoint repeat it anywhere but in the text of its answer. */
  readonly key?: Secret | null;
}

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
    const { out, language, key = null } = this.#context;
    const shown = key === null ? arrivals : withoutKey(arrivals, key);
    if (!wire) return this.#writer.write(shown);
    const view = { width: out.width, whole: verbose, language, dim: out.colors.dim };
    for (const arrival of shown) out.write(`${renderArrival(arrival, view)}\n`);
  }

  /** Ends the answer's line. */
  endAnswer(): void {
    this.#writer.end();
  }

  /**
   * Shows what there is to say about the whole: JSON or the count of chunks, notes, and the stats, where they are
   * asked for: on stdout if they are the result.
   */
  report(result: ReportedResult, { stats }: { readonly stats: "out" | "err" | null }): void {
    const { out, err, language, say, key = null } = this.#context;
    const stall = (this.#flags.stall ?? 500) * 1000;
    const metrics = requestMetrics(result.reading.timeline, { stall });
    if (this.#flags.json) {
      // Value by value: what local servers take for a key may be the name of a field.
      const hidden = (_: string, value: unknown): unknown =>
        typeof value === "string" ? hideKey(value, key) : value;
      out.write(`${JSON.stringify(resultJson(result, { metrics, language }), hidden, 2)}\n`);
    }
    if (this.#flags.wire) {
      err.write(`${renderChunkSummary(result.reading.chunks, language)}\n`);
    }
    // A line that is no field, or an error, may repeat the key.
    for (const { message } of notesOf(result)) {
      say({ cause: { en: hideKey(message.en, key), zh: hideKey(message.zh, key) } });
    }
    if (stats === null) return;
    const { write, colors } = stats === "out" ? out : err;
    const block = hideKey(renderStats(result, metrics, { language, stall, dim: colors.dim }), key);
    write(stats === "out" ? `${block}\n` : `\n${block}\n`);
  }
}

/** An endpoint may repeat the key in its answer, too. */
function withoutKey(arrivals: readonly Arrival[], key: Secret): Arrival[] {
  return arrivals.map((arrival) => ({
    ...arrival,
    data: arrival.data === null ? null : hideKey(arrival.data, key),
    parts: arrival.parts.map((part) =>
      "text" in part ? { ...part, text: hideKey(part.text, key) } : part,
    ),
  }));
}
