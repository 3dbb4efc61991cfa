import { fileURLToPath } from "node:url";

/** A simulated endpoint in a process of its own. */
export interface SimulatedProcess extends AsyncDisposable {
  readonly baseUrl: string;
}

/**
 * Starts `serve --simulate` in a process of its own, so that it does not share this one's event loop. Ctrl-C in a
 * terminal does not reach it: what is in flight then is to be answered. It ends with this process, if not before.
 *
 * @throws when it ends before it is ready, with what it said.
 */
export async function startSimulatedProcess(
  simulate: string,
  { seed, stamp }: { readonly seed: number; readonly stamp: boolean },
): Promise<SimulatedProcess> {
  const script = fileURLToPath(new URL("../../scripts/serve.ts", import.meta.url));
  const child = Bun.spawn(
    [
      process.execPath,
      "--no-orphans",
      script,
      "--port=0",
      `--simulate=${simulate}`,
      `--sim-seed=${seed}`,
      ...(stamp ? ["--stamp"] : []),
    ],
    { stdio: ["ignore", "pipe", "pipe"], detached: true },
  );
  const said = new Response(child.stderr).text();
  const ready = await firstLine(child.stdout);
  if (ready === null) {
    const code = await child.exited;
    throw new Error(`The simulated endpoint ended with ${code}: ${(await said).trim()}`);
  }
  return {
    baseUrl: ready,
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.exited;
    },
  };
}

async function firstLine(stream: ReadableStream<Uint8Array>): Promise<string | null> {
  let text = "";
  const decoder = new TextDecoder();
  const reader = stream.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return null;
    text += decoder.decode(value, { stream: true });
    if (text.includes("\n")) return text.slice(0, text.indexOf("\n"));
  }
}
