/**
 * What may not be torn apart: a run without spaces and Chinese or Japanese characters, or one such character; each
 * with the opening marks before it and the closing marks after it, which must not end or begin a line.
 */
const unit =
  /[（《「『“‘]*(?:[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}]|[^\s\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}（《「『“‘，。；：、！？）》」』”’]+)?[，。；：、！？）》」』”’]*/gu;

/**
 * The text in lines of at most `width` terminal columns, cut at spaces and between Chinese characters, but never
 * before closing punctuation. A single word that is wider stands alone on its line, whole.
 * (`Bun.wrapAnsi` cuts at spaces only, or anywhere.)
 *
 * ```ts
 * wrapColumns("the first token", 9); // ["the first", "token"]
 * wrapColumns("首个词元，之后", 8); // ["首个词", "元，之后"]
 * ```
 */
export function wrapColumns(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((word) => word !== "")) {
    let space = line === "" ? "" : " ";
    for (const [part] of word.matchAll(unit)) {
      if (part === "") continue;
      if (line !== "" && Bun.stringWidth(line + space + part) > width) {
        lines.push(line);
        line = part;
      } else line += space + part;
      space = "";
    }
  }
  return line === "" ? lines : [...lines, line];
}
