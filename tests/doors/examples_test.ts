import { expect, test } from "bun:test";
import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { SIMULATED_MODEL, SimulatedSource } from "../../lib/server/reply/simulated_source.ts";
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

/** Runs the example of a door in a folder of its own, with the door taken from the source. */
async function runExample(module: string, baseUrl: string) {
  using folder = temporaryFolder();
  const text = await Bun.file(join(root, module)).text();
  const example = moduleExample(text);
  if (example === null) throw new Error(`${module} has no example`);
  const program = example
    .replaceAll(
      /(?<=from )"(?:streamgauge[^"]*|@std\/dotenv)"/g,
      JSON.stringify(join(root, module)),
    )
    .replaceAll("http://127.0.0.1:11434/v1", baseUrl);
  copyFileSync(join(root, "lib/server/demo.sse"), join(folder.path, "hello.sse"));
  writeFileSync(join(folder.path, "example.ts"), program);
  const child = Bun.spawn([process.execPath, "example.ts"], {
    cwd: folder.path,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, error, code, promised: promisedOutput(example) };
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
    const model = { ttft: 1000, tps: 1000, tokens: 3, reasoning: 0, chunk: 1, jitter: 0 };
    const endpoint = await startLocalEndpoint({ source: new SimulatedSource(model, { seed: 1 }) });
    const { out, error, code, promised } = await runExample(module, endpoint.baseUrl);
    await endpoint.close();
    expect({ error, code }).toEqual({ error: "", code: 0 });
    if (promised.length > 0) expect(out.trimEnd().split("\n")).toEqual(promised);
    expect(out).not.toContain(SIMULATED_MODEL);
  });
}
