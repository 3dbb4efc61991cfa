import type { Arrival } from "../chat/reading.ts";
import { AnswerWriter } from "../report/request/answer_writer.ts";
import { renderArrival } from "../report/request/wire_view.ts";
import type { FlagValues } from "../command/flag_types.ts";
import type { outputFlags } from "./output_flags.ts";
import type { ScriptContext } from "../command/script.ts";

/** The flags that say how a completion is shown. */
export type OutputFlags = FlagValues<typeof outputFlags> & { readonly verbose?: boolean };

/** Where it is shown, and in which language. */
export type OutputContext = Pick<ScriptContext, "out" | "err" | "say" | "language">;

/** Shows one completion while it comes, as its flags ask: as text, as the stream itself, or not where JSON follows at the end. */
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
}
