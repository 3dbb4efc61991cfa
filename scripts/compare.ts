import { runScript } from "../lib/command/script.ts";
import { compare } from "../lib/compare/compare.ts";
import { compareCommand } from "../lib/compare/command.ts";

await runScript(compareCommand, compare);
