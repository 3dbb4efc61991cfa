import { runScript } from "../lib/command/script.ts";
import { replayCommand } from "../lib/replay/command.ts";

await runScript(replayCommand, async (given, context) => {
  const { replay } = await import("../lib/replay/replay.ts");
  return await replay(given, context);
});
