/**
 * Runs command lines of the verbs, one after the other, in this process: the folder of the toolkit and the lines as JSON
 * are its arguments. Behind what each wrote, both streams get a separator and the exit code.
 */
import { join } from "node:path";

/** ASCII's record separator: nothing that the toolkit writes holds it. */
export const SEPARATOR = "\u001e";

if (import.meta.main) {
  const [toolkit = "", lines = "[]"] = process.argv.slice(2);
  const { verbs }: typeof import("../../lib/verbs.ts") = await import(
    join(toolkit, "lib", "verbs.ts")
  );
  const { runScript }: typeof import("../../lib/command/script.ts") = await import(
    join(toolkit, "lib", "command", "script.ts")
  );
  const streams = [process.stdout, process.stderr];
  // Each line listens to them; a process of its own has one.
  for (const stream of streams) stream.setMaxListeners(0);
  for (const [word, ...args] of JSON.parse(lines) as string[][]) {
    const verb = await verbs[word ?? ""]?.();
    if (verb === undefined) throw new Error(`there is no verb ${word}`);
    process.exitCode = 0;
    await runScript(verb.command, verb.main, { args });
    for (const stream of streams) stream.write(`${SEPARATOR}${process.exitCode}${SEPARATOR}`);
  }
  process.exitCode = 0;
}
