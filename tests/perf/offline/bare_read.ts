/** Reads a transcript as barely as can be: bytes to text, lines, JSON. Prints how many events it parsed. */

import { argv } from "node:process";

let rest = "";
let found = 0;
const decoder = new TextDecoder();
for await (const bytes of Bun.file(argv[2] ?? "").stream()) {
  const text = decoder.decode(bytes, { stream: true });
  let start = 0;
  for (let end; (end = text.indexOf("\n", start)) !== -1; start = end + 1) {
    const line = rest + text.slice(start, end);
    rest = "";
    if (line.startsWith("data: {") && JSON.parse(line.slice("data: ".length)) !== null) found++;
  }
  rest += text.slice(start);
}
process.stdout.write(`${found}\n`);
