import { runScript } from "../lib/command/script.ts";
import { compareCommand } from "../lib/compare/command.ts";

await runScript(compareCommand, async (given, context) => {
  const { compare } = await import("../lib/compare/compare.ts");
  return await compare(given, context);
});
