/**
 * The least that reads streams and looks into them: `fetch`, read, `TextDecoder`, `indexOf`, `JSON.parse`, a time for
 * each chunk. What `bench` is held against. It prints JSON: TTFTs and gaps in ms.
 *
 *     bun bare_reader.ts BASE_URL STREAMS REQUESTS TOKENS
 *
 * @module
 */

/** What it prints. */
export interface Times {
  readonly firsts: readonly number[];
  readonly gaps: readonly number[];
}

const [baseUrl = "", streams = "1", requests = "1", tokens = "1"] = process.argv.slice(2);
const firsts: number[] = [];
const gaps: number[] = [];

async function ask(maxTokens: number, isMeasured: boolean): Promise<void> {
  const messages = [{ role: "user", content: "why is the sky blue?" }];
  const sent = performance.now();
  const response = await fetch(`${baseUrl}/chat/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "truth", messages, max_tokens: maxTokens, stream: true }),
  });
  const decoder = new TextDecoder();
  let rest = "";
  let last: number | null = null;
  const reader = response.body?.getReader();
  for (;;) {
    const read = await reader?.read();
    const at = performance.now();
    if (read?.value === undefined) break;
    rest += decoder.decode(read.value, { stream: true });
    for (let end = rest.indexOf("\n\n"); end >= 0; end = rest.indexOf("\n\n")) {
      const data = rest.slice("data: ".length, end);
      rest = rest.slice(end + 2);
      if (data === "[DONE]") continue;
      const chunk = JSON.parse(data) as { choices: { delta: { content?: string } }[] };
      if (chunk.choices[0]?.delta.content === undefined || !isMeasured) continue;
      if (last === null) firsts.push(at - sent);
      else gaps.push(at - last);
      last = at;
    }
  }
}

await Promise.all(Array.from({ length: Number(streams) }, () => ask(1, false)));
let left = Number(requests);
async function place(): Promise<void> {
  while (left-- > 0) await ask(Number(tokens), true);
}
await Promise.all(Array.from({ length: Number(streams) }, place));
process.stdout.write(JSON.stringify({ firsts, gaps } satisfies Times));
