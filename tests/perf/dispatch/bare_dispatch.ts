/**
 * The least that sends requests at planned moments: a timer for each, counted from the start, and `fetch`. What the open
 * loop of `bench` is held against. It prints JSON: how late each was sent, in ms.
 *
 *     bun bare_dispatch.ts BASE_URL RATE REQUESTS
 *
 * @module
 */

const [baseUrl = "", rate = "1", requests = "1"] = process.argv.slice(2);
const body = JSON.stringify({
  model: "m",
  stream: true,
  messages: [{ role: "user", content: "why is the sky blue?" }],
});

async function ask(): Promise<void> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(`${baseUrl}/chat/completions`, { method: "POST", headers, body });
  await response.text();
}

// Connections and code are warm, as those of `bench` are.
for (let round = 0; round < 10; round++) await Promise.all(Array.from({ length: 50 }, ask));
const late: number[] = [];
const asked: Promise<void>[] = [];
let due = performance.now() + 100;
for (let request = 0; request < Number(requests); request++) {
  due += (-Math.log(1 - Math.random()) * 1000) / Number(rate);
  const left = Math.ceil(due - performance.now());
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
  late.push(performance.now() - due);
  asked.push(ask());
}
await Promise.all(asked);
process.stdout.write(JSON.stringify(late));

// A module, for its top-level await.
// oxlint-disable-next-line require-module-specifiers
export {};
