import { UserError } from "../../base/message.ts";
import { EXIT } from "../../command/exit_code.ts";
import { fileExists, fileUnwritable } from "../../command/messages/files.ts";
import type { ScriptContext } from "../../command/script.ts";
import { ResultFile } from "../../load/result_file.ts";
import { jsonText } from "../../text/json_text.ts";
import type { ServeFlags } from "../flags.ts";
import type { JudgedClient } from "./seen.ts";
import { verdictJson } from "./verdict_json.ts";
import { renderVerdicts } from "./verdict_table.ts";

/** How wide a table gets, and that of a pipe. */
const WIDEST = 100;

/** In ms. */
const PATIENCE = 30_000;

/** So long a silence is too long, in µs. */
export function patienceOf({ patience = PATIENCE }: Pick<ServeFlags, "patience">): number {
  return patience * 1000;
}

/** Where verdicts go: the table to stdout, the JSON to the file of `--out`. */
export class VerdictOutput implements Disposable {
  readonly #flags: ServeFlags;
  readonly #context: ScriptContext;
  readonly #file: ResultFile | null;

  /**
   * Finds out whether the file can be written, before any client is asked.
   *
   * @throws {UserError} when it cannot, or is there already, without `--force`
   */
  constructor(flags: ServeFlags, context: ScriptContext) {
    this.#flags = flags;
    this.#context = context;
    this.#file = flags.out === undefined ? null : openFile(flags.out, flags.force ?? false);
  }

  /** Writes the verdicts. Gives 1 when the file could not be written, else 0. */
  async write(
    clients: readonly JudgedClient[],
    { interrupted }: { readonly interrupted: boolean },
  ): Promise<number> {
    const { language, out, masked, say } = this.#context;
    const width = Math.min(out.width ?? WIDEST, WIDEST);
    out.write(`${renderVerdicts(clients, { language, width, styles: out.colors })}\n`);
    if (this.#file === null) return EXIT.ok;
    const patience = patienceOf(this.#flags);
    const value = verdictJson(clients, { language, patience, interrupted });
    try {
      await this.#file.ready(AbortSignal.timeout(PATIENCE));
      this.#file.save(masked(`${jsonText(value, { indent: 2 })}\n`));
      return EXIT.ok;
    } catch (error) {
      say(fileUnwritable(this.#flags.out ?? "", error));
      return EXIT.fault;
    }
  }

  [Symbol.dispose](): void {
    this.#file?.[Symbol.dispose]();
  }
}

function openFile(path: string, overwrite: boolean): ResultFile {
  try {
    return new ResultFile(path, { overwrite });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new UserError(code === "EEXIST" ? fileExists(path) : fileUnwritable(path, error));
  }
}
