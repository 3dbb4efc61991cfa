import { expect, test } from "bun:test";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { SimulatedSource } from "../../lib/server/reply/simulated_source.ts";
import { startLocalEndpoint } from "../../lib/server/http/local_endpoint.ts";
import { temporaryFolder } from "../support/folder.ts";
import { moduleExample, promisedOutput } from "../support/module_examples.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The doors as the package has them, each with its module. */
const doors = Object.entries(manifest.exports).flatMap(([door, target]) =>
  typeof target === "string"
    ? []
    : [
        {
          name: door.replace(/^\./, "streamgauge"),
          module: target.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, "lib/$1.ts"),
        },
      ],
);

const model = { ttft: 1000, tps: 1000, tokens: 3, reasoning: 0, chunk: 1, jitter: 0 };

async function startSimulated() {
  const endpoint = await startLocalEndpoint({ source: new SimulatedSource(model, { seed: 1 }) });
  return { ...endpoint, [Symbol.asyncDispose]: () => endpoint.close() };
}

/** Runs a program in a folder of its own, with the doors taken from the source and a simulated endpoint. */
async function run(program: string, module: string) {
  await using endpoint = await startSimulated();
  using folder = temporaryFolder();
  copyFileSync(join(root, "lib/server/demo.sse"), join(folder.path, "hello.sse"));
  writeFileSync(
    join(folder.path, "example.ts"),
    program
      .replaceAll(
        /(?<=from )"(?:streamgauge[^"]*|@std\/dotenv)"/g,
        JSON.stringify(join(root, module)),
      )
      .replaceAll(/http:\/\/127\.0\.0\.1:(?:8000|11434)\/v1/g, endpoint.baseUrl),
  );
  const child = Bun.spawn([process.execPath, "example.ts"], {
    cwd: folder.path,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  expect({ error, code }).toEqual({ error: "", code: 0 });
  return out;
}

test("the package has these doors", () => {
  expect(doors.map(({ name }) => name)).toEqual([
    "streamgauge",
    "streamgauge/sse",
    "streamgauge/replay",
    "streamgauge/measure",
    "streamgauge/transcript",
    "streamgauge/dotenv",
  ]);
});

for (const { name, module } of doors) {
  test(`the example of ${name} runs, and prints what it says`, async () => {
    const example = moduleExample(readFileSync(join(root, module), "utf8"));
    if (example === null) throw new Error(`${module} has no example`);
    const out = await run(example, module);
    const promised = promisedOutput(example);
    if (promised.length > 0) expect(out.trimEnd().split("\n")).toEqual(promised);
  });
}

test("the programs of docs/library.md that need nothing else run", async () => {
  const page = readFileSync(join(root, "docs/library.md"), "utf8");
  const programs = [...page.matchAll(/^```ts\n([\s\S]*?)^```$/gm)]
    .map(([, program = ""]) => program)
    .filter((program) => !/from "(?!streamgauge)/.test(program));
  const [asked, events, read] = await Promise.all(
    programs.map((program) => run(program, "lib/mod.ts")),
  );
  expect(programs).toHaveLength(3);
  expect(asked).toContain('outcome: "complete"');
  expect(events?.trimEnd().split("\n").at(-1)).toBe("[DONE]");
  expect(read).toBe("195518\n");
});
