import { padColumns } from "../../text/columns.ts";
import type { Bilingual, Language } from "../../base/message.ts";
import type { Styles } from "../../text/styles.ts";

/** A column of a small table: its heading, and what stands in it for each row. */
export interface Column<Row> {
  readonly heading: Bilingual;
  readonly value: (row: Row) => string;
  /** Default: the end, as for numbers. */
  readonly align?: "start" | "end";
}

/** Rows under headings, a line each, every column as wide as it has to be. */
export function columnLines<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { language, styles }: { readonly language: Language; readonly styles: Styles },
): string[] {
  const cells = columns.map(({ heading, value, align = "end" }) => {
    const texts = [heading[language], ...rows.map(value)];
    const width = Math.max(...texts.map((text) => Bun.stringWidth(text)));
    return texts.map((text) => padColumns(text, width, { align }));
  });
  const [heading = "", ...body] = Array.from({ length: rows.length + 1 }, (_, line) =>
    cells.map((column) => column[line] ?? "").join("  "),
  );
  return [styles.dim(heading), ...body];
}
