/** So much of a text from outside is looked at. */
const LONGEST_LOOK = 64 * 1024;
const LONGEST_LINE = 300;

/** A text as one line of at most 300 characters: an error line is read, not stored. */
export function oneLine(text: string): string {
  const line = text.slice(0, LONGEST_LOOK).replace(/\s+/g, " ").trim();
  const characters = Array.from(line.slice(0, 700));
  return characters.length > LONGEST_LINE ? `${characters.slice(0, LONGEST_LINE).join("")}…` : line;
}

/**
 * One line of an HTML page: its title, or its first words. Scripts and styles are no words. Linear in the page, of
 * which the first 64 Ki characters are looked at.
 *
 * @example
 * ```ts
 * lineOfHtml("<html><head><title>502 Bad Gateway</title></head></html>"); // "502 Bad Gateway"
 * ```
 */
export function lineOfHtml(page: string): string {
  const look = page.slice(0, LONGEST_LOOK);
  const title = /<title/i.exec(look);
  const begin = title === null ? -1 : look.indexOf(">", title.index);
  if (begin !== -1) {
    const end = look.indexOf("<", begin);
    const text = look.slice(begin + 1, end === -1 ? look.length : end).trim();
    if (text !== "") return oneLine(text);
  }
  return oneLine(wordsOf(look));
}

/** The text between the tags. One way through: no regular expression tries the rest of the page at every `<`. */
function wordsOf(page: string): string {
  const words: string[] = [];
  for (let at = 0; at < page.length;) {
    const tag = page.indexOf("<", at);
    const end = tag === -1 ? -1 : page.indexOf(">", tag);
    if (end === -1) {
      words.push(page.slice(at));
      break;
    }
    words.push(page.slice(at, tag));
    at = end + 1;
    const unread = /^<(script|style)\b/i.exec(page.slice(tag, tag + 8))?.[1];
    if (unread === undefined) continue;
    const closing = new RegExp(`</${unread}`, "gi");
    closing.lastIndex = at;
    const close = closing.exec(page);
    if (close === null) break;
    at = close.index;
  }
  return words.join(" ");
}
