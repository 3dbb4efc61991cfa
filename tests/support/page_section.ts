/**
 * Puts what a command measured between its two markers on a page, `<!-- bun run NAME --write: begin -->` and the same with
 * `end`. @throws where they are not there.
 */
export function withSection(page: string, section: string, name: string): string {
  const [begin, end] = ["begin", "end"].map((edge) => `<!-- bun run ${name} --write: ${edge} -->`);
  const [from, to] = [page.indexOf(begin ?? ""), page.indexOf(end ?? "")];
  if (from < 0 || to < from)
    throw new Error(`Cannot write the section: ${begin} … ${end} is not there`);
  return `${page.slice(0, from)}${begin}\n\n${section}\n\n${page.slice(to)}`;
}
