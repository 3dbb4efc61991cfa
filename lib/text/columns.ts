/**
 * The text with spaces up to `width` terminal columns; unchanged if it is as wide or wider. A Chinese character
 * takes two columns and a colour code none. Texts stand at the `start`, numbers at the `end` of their column.
 *
 * ```ts
 * padColumns("你好", 6); // "你好  "
 * padColumns("7", 3, { align: "end" }); // "  7"
 * ```
 */
export function padColumns(
  text: string,
  width: number,
  { align = "start" }: { readonly align?: "start" | "end" } = {},
): string {
  const spaces = " ".repeat(Math.max(0, width - Bun.stringWidth(text)));
  return align === "start" ? text + spaces : spaces + text;
}

/**
 * The text in at most `width` terminal columns: what does not fit is replaced by `…`. Characters, emoji sequences
 * and colour codes stay whole, so a text with wide characters may end one column earlier.
 *
 * ```ts
 * truncateColumns("unicorn", 4); // "uni…"
 * truncateColumns("你好世界", 4); // "你…"
 * ```
 */
export function truncateColumns(text: string, width: number): string {
  const cut = Bun.sliceAnsi(text, 0, width, "…");
  // Where the cut meets the second half of a wide character, `sliceAnsi` keeps it and is one column too wide.
  return Bun.stringWidth(cut) > width ? Bun.sliceAnsi(text, 0, width - 1, "…") : cut;
}
