/** A response head that stands before its body in a file, as `curl -i` writes it. */
export interface WrittenHead {
  readonly status: number;
  /** In lower case. Cookies are left out: they are somebody's. */
  readonly headers: Readonly<Record<string, string>>;
}

const STATUS_LINE = /^HTTP\/\d(?:\.\d)? (\d{3})(?: [^\r\n]*)?\r?(?:\n|$)/;

/** In UTF-8, byte by byte. PowerShell 5.1 writes it with `Out-File -Encoding utf8`. */
const BOM = "\u00EF\u00BB\u00BF";

/** In bytes: longer heads are taken for no heads. */
const LONGEST_HEADS = 256 * 1024;

/**
 * The response head that a file begins with, and how many bytes it takes; `null` when it begins with none. Of several, such
 * as a proxy's `200 Connection established`, a `100 Continue` or a redirect, the last is the one whose body follows.
 *
 * @example
 * ```ts
 * const bytes = new TextEncoder().encode("HTTP/2 401 \r\ncontent-type: application/json\r\n\r\n{}");
 * takeHead(bytes); // { head: { status: 401, headers: { "content-type": "application/json" } }, length: 47 }
 * ```
 */
export function takeHead(bytes: Uint8Array): { head: WrittenHead; length: number } | null {
  // One byte is one character, so that places in the text are places in the bytes.
  const text = new TextDecoder("latin1").decode(bytes.subarray(0, LONGEST_HEADS));
  let head: WrittenHead | null = null;
  let length = text.startsWith(BOM) ? BOM.length : 0;
  for (;;) {
    const rest = text.slice(length);
    const status = STATUS_LINE.exec(rest);
    if (status === null) return head === null ? null : { head, length };
    const end = /\r?\n\r?\n/.exec(rest);
    // curl ends a head with an empty line; an editor may have dropped the last.
    if (end === null && bytes.length > LONGEST_HEADS) return null;
    const endOfHead = end === null ? rest.length : end.index;
    head = {
      status: Number(status[1]),
      headers: headersIn(rest.slice(status[0].length, endOfHead)),
    };
    length += end === null ? rest.length : end.index + end[0].length;
  }
}

function headersIn(text: string): Record<string, string> {
  const headers = new Map<string, string>();
  for (const line of text.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    const name = line.slice(0, colon).trim().toLowerCase();
    if (colon <= 0 || !/^[\w!#$%&'*+.^`|~-]+$/.test(name) || name === "set-cookie") continue;
    const value = line.slice(colon + 1).trim();
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before}, ${value}`);
  }
  return Object.fromEntries(headers);
}
