import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { SimulatedSource } from "../../lib/server/reply/simulated_source.ts";
import { startLocalEndpoint } from "../../lib/server/http/local_endpoint.ts";

const watch = fileURLToPath(new URL("../../examples/watch/watch.ts", import.meta.url));

function simulatedEndpoint() {
  const model = { ttft: 1000, tps: 1000, tokens: 3, reasoning: 0, chunk: 1, jitter: 0 };
  return startLocalEndpoint({ source: new SimulatedSource(model, { seed: 1 }) });
}

async function run(...args: string[]) {
  const child = Bun.spawn([process.execPath, watch, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [out, error, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, error, code };
}

test("watch.ts shows each text with its time, and what was measured", async () => {
  const endpoint = await simulatedEndpoint();
  const { out, error, code } = await run(endpoint.baseUrl, "simulated");
  await endpoint.close();
  expect({ error, code }).toEqual({ error: "", code: 0 });
  const lines = out.trimEnd().split("\n");
  expect(lines).toHaveLength(4);
  for (const line of lines.slice(0, 3)) expect(line).toMatch(/^ *\d+\.\d ms {2}".+"$/);
  expect(lines[3]).toMatch(/^complete: first token after \d+\.\d ms, all after \d+\.\d ms$/);
});

test("watch.ts says what is wrong where there is no endpoint, and how it is called", async () => {
  const endpoint = await simulatedEndpoint();
  await endpoint.close();
  const { out, error, code } = await run(endpoint.baseUrl, "simulated");
  expect(out).toBe("failed: first token after –, all after –\n");
  expect(error).not.toBe("");
  expect(code).toBe(1);
  expect((await run()).code).toBe(2);
});
