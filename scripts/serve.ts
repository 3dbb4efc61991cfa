import { runScript } from "../lib/command/script.ts";
import { serve } from "../lib/serve/serve.ts";
import { serveCommand } from "../lib/serve/command.ts";

await runScript(serveCommand, serve);
