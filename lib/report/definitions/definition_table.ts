import type { Language } from "../../base/message.ts";
import type { SideBySide } from "../../measure/definitions/side_by_side.ts";
import { padColumns } from "../../text/columns.ts";
import type { Styles } from "../../text/styles.ts";
import { NO_VALUE } from "../../text/units.ts";
import { type DefinitionRow, definitionRows } from "./definition_rows.ts";
import { OURS } from "./metric_words.ts";

/** How {@linkcode renderDefinitionTable} writes. */
export interface DefinitionTableOptions {
  readonly language: Language;
  /** The columns there are. */
  readonly width: number;
  readonly styles: Styles;
}

const GAP = "  ";

/** A block has ours and at least so many tools beside it; where so many do not fit, metrics stand one below the other. */
const LEAST_TOOLS = 2;

/**
 * A line for each metric, a column for each tool, ours first. Where the width does not suffice, tools go into further
 * blocks below, each with ours to compare; in a narrow terminal each metric is a block with a line for each tool. No final
 * newline.
 */
export function renderDefinitionTable(side: SideBySide, options: DefinitionTableOptions): string {
  const rows = definitionRows(side, options.language);
  const names = side.columns.map(({ definition }) => definition?.title ?? OURS);
  const blocks = blocksOf({ rows, names }, options.width);
  const [first = []] = blocks;
  const isNarrow = first.length <= LEAST_TOOLS && names.length > first.length;
  if (isNarrow) return renderByMetric({ rows, names }, options);
  return blocks.map((places) => renderBlock({ rows, names, places }, options)).join("\n\n");
}

interface Table {
  readonly rows: readonly DefinitionRow[];
  readonly names: readonly string[];
}

function columnWidth({ rows, names }: Table, place: number): number {
  return widest([names[place] ?? "", ...rows.map(({ cells }) => cells[place] ?? "")]);
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map((text) => Bun.stringWidth(text)));
}

/** The widths of what stands before the columns; 0: nothing does. */
function leadWidths({ rows }: Table): readonly number[] {
  return [
    widest(rows.map(({ label }) => label)),
    widest(rows.map(({ statistic }) => statistic)),
    widest(rows.map(({ unit }) => unit)),
  ];
}

/** The places of the columns of each block: ours, and as many more as the width holds, but one at least. */
function blocksOf(table: Table, width: number): number[][] {
  const ours = leadWidths(table)
    .filter((part) => part > 0)
    .reduce((sum, part) => sum + part + GAP.length, columnWidth(table, 0));
  const blocks: number[][] = [];
  let used = Infinity;
  for (const place of table.names.keys()) {
    if (place === 0) continue;
    const needed = GAP.length + columnWidth(table, place);
    const block = blocks.at(-1);
    if (block === undefined || used + needed > width) {
      blocks.push([0, place]);
      used = ours + needed;
    } else {
      block.push(place);
      used += needed;
    }
  }
  return blocks;
}

function renderBlock(
  { places, ...table }: Table & { readonly places: readonly number[] },
  { styles }: DefinitionTableOptions,
): string {
  const { rows, names } = table;
  const leads = leadWidths(table);
  const line = (lead: readonly string[], cells: readonly string[]): string =>
    [
      ...leads.flatMap((width, index) =>
        width === 0 ? [] : [padColumns(lead[index] ?? "", width)],
      ),
      ...places.map((place, index) =>
        padColumns(cells[index] ?? "", columnWidth(table, place), { align: "end" }),
      ),
    ].join(GAP);
  const heading = line(
    ["", "", ""],
    places.map((place) => names[place] ?? ""),
  );
  const said = rows.filter(({ cells }) => places.some((place) => cells[place] !== NO_VALUE));
  const body = said.map(({ label, statistic, unit, cells }, index) => {
    const isRepeated = said[index - 1]?.label === label;
    const shown = places.map((place) => cells[place] ?? "");
    return line([isRepeated ? "" : label, statistic, unit], shown);
  });
  return [styles.dim(heading), ...body].join("\n");
}

/** A block for each metric: a line for each tool, and a column for each statistic. */
function renderByMetric({ rows, names }: Table, { styles }: DefinitionTableOptions): string {
  const nameWidth = widest(names);
  const metrics = [...Map.groupBy(rows, ({ metric }) => metric).values()];
  return metrics
    .map((of) => {
      const [first] = of;
      const unit = first === undefined || first.unit === "" ? "" : ` (${first.unit})`;
      const widths = of.map(({ statistic, cells }) => widest([statistic, ...cells]));
      const line = (name: string, cells: readonly string[]): string =>
        `${GAP}${padColumns(name, nameWidth)}${cells
          .map((cell, index) => GAP + padColumns(cell, widths[index] ?? 0, { align: "end" }))
          .join("")}`.trimEnd();
      const label = `${first?.label ?? ""}${unit}`;
      const statistics = of.map(({ statistic }) => statistic);
      const lead = padColumns(label, GAP.length + nameWidth);
      const heading = lead + line("", statistics).slice(GAP.length + nameWidth);
      const lines = names.flatMap((name, place) => {
        const cells = of.map((row) => row.cells[place] ?? "");
        return cells.every((cell) => cell === NO_VALUE) ? [] : [line(name, cells)];
      });
      return [styles.dim(heading.trimEnd()), ...lines].join("\n");
    })
    .join("\n");
}
