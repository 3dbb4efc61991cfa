import { runScript } from "../lib/command/script.ts";
import { report } from "../lib/results/report.ts";
import { reportCommand } from "../lib/results/command.ts";

await runScript(reportCommand, report);
