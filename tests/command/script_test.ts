import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { collect } from "../support/collect.ts";

const SCRIPT = fileURLToPath(new URL("../support/write_when_interrupted.ts", import.meta.url));

/** In bytes: far more than a pipe holds. */
const LENGTH = 4 * 1024 * 1024;

test("a script that was interrupted ends, whatever still waits, and loses nothing it wrote", async () => {
  const child = Bun.spawn([process.execPath, SCRIPT, String(LENGTH)], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 20_000,
    killSignal: "SIGKILL",
  });
  const onText = (text: string): void => void (text === "ready" && child.kill("SIGINT"));
  const [stdout, stderr, code] = await Promise.all([
    new Response(child.stdout).text(),
    collect(child.stderr, onText),
    child.exited,
  ]);
  expect([code, stdout.length, stderr]).toEqual([130, LENGTH, "ready"]);
});
