import { expect, setDefaultTimeout, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { cleanEnvironment } from "../../support/clean_environment.ts";
import { collect } from "../../support/collect.ts";
import { temporaryFolder } from "../../support/folder.ts";

setDefaultTimeout(120_000);

const root = fileURLToPath(new URL("../../../", import.meta.url));

interface Tried {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Tries a client as a team does it in CI. */
async function tried(args: readonly string[], client: readonly string[]): Promise<Tried> {
  using folder = temporaryFolder();
  const child = Bun.spawn(
    [process.execPath, "scripts/serve.ts", "--verdict", "--lang", "en", ...args, "--", ...client],
    {
      cwd: root,
      env: cleanEnvironment(folder.path),
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const [out, err] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
  return { code: await child.exited, out, err };
}

function client(name: string): string[] {
  return [process.execPath, `tests/fixtures/clients/${name}`];
}

/** Without what differs from run to run. */
function settled(text: string): string {
  return text
    .replaceAll(/\d[\d.]* (?:ms|s)\b/g, "TIME")
    .replaceAll(/JS [\d.]+/g, "JS VERSION")
    .replaceAll(/\s*\n {20,}/g, " ");
}

const STATUSES = ["--fault", "status:429:retry-after=1", "--fault", "status:500"];
const BREAKS = ["cut", "early-end", "reset:after=50%", "error-event", "malformed"].flatMap(
  (fault) => ["--fault", fault],
);
const SILENCES = ["--patience", "8s", "--fault", "stall:after=2:for=1h", "--fault", "slow-head:1h"];

test.concurrent("a loop over fetch notices next to nothing", async () => {
  const { code, out, err } = await tried(["--patience", "8s"], client("plain_fetch.mjs"));
  expect(settled(out)).toBe(`\
plain-fetch/1 · Chat Completions, streamed

fault                     verdict         what the client did
status:429:retry-after=2  did not notice  exited with 0, as if all were well
status:500                did not notice  exited with 0, as if all were well
status:503                did not notice  exited with 0, as if all were well
cut:after=50%             noticed         exited with 1
early-end:after=50%       did not notice  exited with 0, as if all were well
reset:after=50%           noticed         exited with 1
error-event:after=50%     did not notice  exited with 0, as if all were well
malformed:after=50%       did not notice  exited with 0, as if all were well
stall:after=50%:for=16s   did not notice  still waiting after TIME of silence
slow-head:16s             did not notice  still waiting after TIME of silence

noticed 2, did not notice 8, cannot tell 0
`);
  expect([code, err]).toEqual([
    7,
    "Running the client once without a fault, then once for each fault; a silence of 8.000 s is too long\n",
  ]);
});

test.concurrent(
  "openai retries and heeds Retry-After, and takes an early end for the answer",
  async () => {
    const faults = [...STATUSES, ...BREAKS, ...SILENCES];
    const { code, out } = await tried(faults, client("openai_stream.mjs"));
    expect(settled(out)).toBe(`\
OpenAI/JS VERSION · Chat Completions, streamed

fault                     verdict         what the client did
status:429:retry-after=1  noticed         asked again TIME later, when the TIME of Retry-After were over
status:500                noticed         asked again TIME later
cut:after=50%             noticed         exited with 1
early-end:after=50%       did not notice  exited with 0, as if all were well
reset:after=50%           noticed         exited with 1
error-event:after=50%     noticed         exited with 1
malformed:after=50%       noticed         exited with 1
stall:after=2:for=1h      did not notice  still waiting after TIME of silence
slow-head:1h              noticed         asked again TIME later

noticed 7, did not notice 2, cannot tell 0
`);
    expect(code).toBe(7);
  },
);

test.concurrent(
  "@anthropic-ai/sdk notices all that is over, and waits for ever in a silence",
  async () => {
    const faults = [...STATUSES, ...BREAKS, ...SILENCES];
    const { code, out } = await tried(faults, client("anthropic_stream.mjs"));
    expect(out).toContain("Anthropic/JS");
    expect(out).toContain("· Messages, streamed");
    expect(out).toEndWith("noticed 8, did not notice 1, cannot tell 0\n");
    expect(out).toMatch(/^stall\S+ +did not notice +still waiting/m);
    expect(code).toBe(7);
  },
);

test.concurrent("a loop over tool calls goes on with one that was cut", async () => {
  const { code, out } = await tried(
    ["--fault", "early-end:after=arguments", "--fault", "cut:after=arguments"],
    client("tool_loop.mjs"),
  );
  expect(out).toMatch(
    /^early-end:after=arguments +did not notice +went on with the tool call that was cut: weather$/m,
  );
  expect(out).toMatch(/^cut:after=arguments +noticed +exited with 1$/m);
  expect(code).toBe(7);
});

/** `ask` over a protocol. The base URL is known only to the child: its shell puts it in. */
function askOver(api: string): string[] {
  const flags = `--api ${api} --base-url "$OPENAI_BASE_URL" --model m --max-tokens 500 --idle-timeout 1s --first-byte-timeout 1s`;
  return ["sh", "-c", `exec "$0" scripts/ask.ts hello ${flags}`, process.execPath];
}

test.concurrent("ask notices every fault", async () => {
  const { code, out } = await tried([...STATUSES, ...BREAKS, ...SILENCES], askOver("chat"));
  expect(settled(out)).toEndWith("\n\nnoticed 9, did not notice 0, cannot tell 0\n");
  expect(out).toMatch(/^malformed:after=50% +noticed +exited with 0, but complained on stderr$/m);
  expect(code).toBe(0);
});

for (const api of ["completions", "responses", "messages"]) {
  test.concurrent(`ask notices what breaks over ${api}`, async () => {
    const { code, out } = await tried(BREAKS, askOver(api));
    expect(out).toEndWith("\n\nnoticed 5, did not notice 0, cannot tell 0\n");
    expect(code).toBe(0);
  });
}
