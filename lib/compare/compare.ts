import { UserError } from "../base/message.ts";
import type { ParsedArguments } from "../command/arguments.ts";
import { EXIT } from "../command/exit_code.ts";
import type { ScriptContext } from "../command/script.ts";
import {
  type Comparison,
  compareRuns,
  isPrimary,
  notWithin,
  worseThan,
} from "../measure/comparison.ts";
import { comparisonJson } from "../report/comparison/comparison_json.ts";
import { comparisonMarkdown } from "../report/comparison/comparison_markdown.ts";
import { renderComparison } from "../report/comparison/comparison_table.ts";
import type { Gate } from "../report/comparison/gate_texts.ts";
import { jsonText } from "../text/json_text.ts";
import type { compareCommand } from "./command.ts";
import { gateNeedsRuns, gateUndecided } from "./messages.ts";
import { readResults } from "./read_results.ts";
import { sidesOf, sidesWithin } from "./sides.ts";

/** Beyond this many columns, lines are hard to read. */
const WIDEST = 100;

/**
 * Compares two sets of runs and shows what can be said of them; gives the exit code: 7 when a gate is not kept, 2 when
 * it cannot be decided.
 *
 * @throws {UserError} when a side cannot be read, or the sides cannot be compared.
 */
export async function compare(
  { flags, positionals }: ParsedArguments<typeof compareCommand.flags>,
  context: ScriptContext,
): Promise<number> {
  const { against = [], margin, failAbove, mustBeWithin, json, markdown } = flags;
  const found = await readResults(positionals, context);
  const [ours, others] =
    against.length === 0 ? sidesWithin(found) : [found, await readResults(against, context)];
  const { a, b, paired } = sidesOf(ours, others);
  const limits = [
    { flag: "--fail-above", limit: failAbove, find: worseThan },
    { flag: "--must-be-within", limit: mustBeWithin, find: notWithin },
  ] as const;
  const comparison = compareRuns(a.runs, b.runs, { paired, margin });
  const gates = limits.flatMap(({ flag, limit, find }): Gate[] => {
    if (limit === undefined) return [];
    if (comparison.method === "single") throw new UserError(gateNeedsRuns(flag));
    return [{ flag, limit, findings: find(comparison, limit), isDecided: isDecided(comparison) }];
  });
  const { language, out, say } = context;
  const reported = { comparison, a, b };
  if (json) {
    const value = comparisonJson(reported, { language, gates });
    out.write(`${jsonText(value, { indent: 2 })}\n`);
  } else if (markdown) {
    out.write(`${comparisonMarkdown(reported, { language, gates })}\n`);
  } else {
    const width = Math.min(out.width ?? WIDEST, WIDEST);
    out.write(`${renderComparison(reported, { language, width, styles: out.colors, gates })}\n`);
  }
  if (gates.some(({ findings }) => findings.length > 0)) return EXIT.threshold;
  const [gate] = gates;
  if (gate === undefined || gate.isDecided) return EXIT.ok;
  say(gateUndecided(gate.flag));
  return EXIT.usage;
}

/** Whether there is a primary metric to judge by, and none that only some runs have. */
function isDecided({ metrics }: Comparison): boolean {
  const primary = metrics.filter(({ metric }) => isPrimary(metric));
  const lacksSome = primary.some(
    ({ verdict }) => verdict.kind === "absent" && verdict.in === "some",
  );
  return !lacksSome && primary.some(({ interval }) => interval !== null);
}
