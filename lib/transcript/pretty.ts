/** A line that begins an event's data with JSON: the field with its space, and the first of the JSON. */
const DATA_WITH_JSON = /^(\uFEFF?data: ?)(\s*[{[].*)$/s;

/**
 * Reads the pretty-printed form of teaching material, where the JSON of a `data:` line runs over many lines,
 * into a valid event stream: each such JSON on one line, every other line as it is. Only white space between
 * the parts of the JSON goes; its keys keep their order and its numbers their digits.
 *
 * Returns `null` when the text has no such JSON; a valid event stream has none. What begins like one and is no
 * JSON, such as a last block that was cut, stays as it is. Where a block is followed by a `data:` line at once,
 * the blank line that ends its event is added.
 *
 * @example
 * ```ts
 * normalisePrettyPrinted('data: {\n  "id": 1.0\n}\n\n'); // { body: 'data: {"id":1.0}\n\n' }
 * normalisePrettyPrinted('data: {"id": 1.0}\n\n'); // null
 * ```
 */
export function normalisePrettyPrinted(text: string): { body: string } | null {
  const lines = text.split("\n");
  const body: string[] = [];
  let found = false;
  for (let index = 0; index < lines.length;) {
    const block = blockAt(lines, index);
    if (block === null) {
      body.push(lines[index] ?? "");
      index++;
      continue;
    }
    found = true;
    const lineEnd = lines[index]?.endsWith("\r") ? "\r" : "";
    body.push(`${block.text}${lineEnd}`);
    index = block.end;
    if (lines[index]?.startsWith("data:")) body.push(lineEnd);
  }
  return found ? { body: body.join("\n") } : null;
}

/** The JSON over several lines that begins here, on one line, and the index of the line after it. */
function blockAt(lines: readonly string[], start: number): { text: string; end: number } | null {
  const [, field, first] = DATA_WITH_JSON.exec(lines[start] ?? "") ?? [];
  if (field === undefined || first === undefined) return null;
  let depth = depthOf(first);
  if (depth <= 0) return null;
  let end = start + 1;
  for (; depth > 0; end++) {
    const line = lines[end];
    // No line of JSON begins so; without this a text of many broken blocks would be read again for each.
    if (line === undefined || line.startsWith("data:")) return null;
    depth += depthOf(line);
  }
  const json = [first, ...lines.slice(start + 1, end)].join("\n");
  return isJson(json) ? { text: `${field}${compact(json)}`, end } : null;
}

const STRING_OR_SPACE = /"[^"\\]*(?:\\.[^"\\]*)*"|[ \t\r\n]+/g;

/**
 * How many more brackets the line opens than it closes. A string of JSON ends on its line. By hand: a pattern would look
 * through the rest of a line that was cut inside a string anew from each of its quotes.
 */
function depthOf(line: string): number {
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < line.length; index++) {
    const character = line[index];
    if (character === '"') isInString = !isInString;
    else if (isInString && character === "\\") index++;
    else if (isInString) continue;
    else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") depth--;
  }
  return depth;
}

function compact(json: string): string {
  return json.replaceAll(STRING_OR_SPACE, (match) => (match.startsWith('"') ? match : ""));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
