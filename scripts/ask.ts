import { runScript } from "../lib/command/script.ts";
import { ask } from "../lib/ask/ask.ts";
import { askCommand } from "../lib/ask/command.ts";

await runScript(askCommand, ask);
