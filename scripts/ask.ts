import { runScript } from "../lib/command/script.ts";
import { askCommand } from "../lib/ask/command.ts";

await runScript(askCommand, async (given, context) => {
  const { ask } = await import("../lib/ask/ask.ts");
  return await ask(given, context);
});
