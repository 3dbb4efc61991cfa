import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readTruthLog, type TruthRequest } from "./truth.ts";

const program = join(import.meta.dir, "truth_server.py");

/** An endpoint that knows when it wrote what. */
export interface TruthServer extends AsyncDisposable {
  /** Without `/v1`. */
  readonly origin: string;
  /** Ends it, and gives what it noted. */
  readonly stop: () => Promise<TruthRequest[]>;
}

/** Starts the endpoint in a process of its own; `fails` has it put in faults. */
export async function startTruthServer({
  folder,
  fails = false,
}: {
  readonly folder: string;
  readonly fails?: boolean;
}): Promise<TruthServer> {
  const python = Bun.which("python3") ?? Bun.which("python");
  if (python === null)
    throw new Error("Cannot start the endpoint: there is no python3 on the path");
  const path = join(folder, "truth.jsonl");
  const child = Bun.spawn([python, program, path, ...(fails ? ["--fail"] : [])], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const stop = async (): Promise<TruthRequest[]> => {
    await child.stdin.end();
    if ((await child.exited) !== 0) throw new Error("The endpoint failed");
    return readTruthLog(readFileSync(path, "utf8"));
  };
  const port = await firstLine(child.stdout);
  return {
    origin: `http://127.0.0.1:${port}`,
    stop,
    [Symbol.asyncDispose]: async () => {
      child.kill();
      await child.exited;
    },
  };
}

async function firstLine(stream: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<string> {
  let text = "";
  for await (const part of stream.pipeThrough(new TextDecoderStream())) {
    text += part;
    if (text.includes("\n")) break;
  }
  return text.trim();
}
