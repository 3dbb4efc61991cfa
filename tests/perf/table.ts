import { padColumns } from "../../lib/text/columns.ts";
import type { LineResults, PartResults, Results } from "./results.ts";

const HEAD = ["", "median", "low to high", "goal", ""] as const;

/** A part as a table for the terminal, with what it is about above. */
export function plainPart({ name, about, took, lines }: PartResults): string {
  const rows = [[...HEAD], ...lines.map(cellsOf)];
  const widths = HEAD.map((_, at) =>
    Math.max(...rows.map((row) => Bun.stringWidth(row[at] ?? ""))),
  );
  const shown = rows.map((row) =>
    row
      .map((cell, at) =>
        padColumns(cell, widths[at] ?? 0, { align: at === 0 || at === 4 ? "start" : "end" }),
      )
      .join("  ")
      .trimEnd(),
  );
  return `${name}: ${about} (${took.toFixed(0)} s)\n${shown.map((row) => `  ${row}`).join("\n")}\n`;
}

/** Everything, as it stands in PERFORMANCE.md. */
export function markdown({ date, machine, versions, load, parts }: Results): string {
  const made = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  const head = `${date}, ${machine}; ${made.join(", ")}. Load in the minute before: ${load.toFixed(2)}. The median of the rounds, and the lowest and highest of them.`;
  return [head, ...parts.map(markdownPart)].join("\n\n");
}

function markdownPart({ name, about, lines }: PartResults): string {
  const rows = [
    ["", "median", "low to high", "goal", "met"],
    ["---", "--:", "--:", "--:", "---"],
  ];
  const held = lines.filter(({ met, heldBy }) => met === false && heldBy !== undefined);
  return [
    `### ${name}`,
    `${about[0]?.toUpperCase()}${about.slice(1)}.`,
    [...rows, ...lines.map(cellsOf)].map((row) => `| ${row.join(" | ")} |`).join("\n"),
    ...held.map(({ what, heldBy }) => `${what}: ${heldBy}`),
  ].join("\n\n");
}

function cellsOf({ what, unit, median, low, high, goal, met, values }: LineResults): string[] {
  const wanted =
    goal === undefined
      ? ""
      : "atMost" in goal
        ? `≤ ${amount(goal.atMost)}`
        : `≥ ${amount(goal.atLeast)}`;
  const spread = values.length > 1 ? `${amount(low)} to ${amount(high)}` : "one round";
  return [
    what,
    `${amount(median)} ${unit}`,
    spread,
    wanted,
    met === null ? "" : met ? "yes" : "no",
  ];
}

/** Three digits that count. */
function amount(value: number): string {
  const size = Math.abs(value);
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}
