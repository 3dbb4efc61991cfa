import { runScript } from "../lib/command/script.ts";
import { serveCommand } from "../lib/serve/command.ts";

await runScript(serveCommand, async (given, context) => {
  const { serve } = await import("../lib/serve/serve.ts");
  return await serve(given, context);
});
