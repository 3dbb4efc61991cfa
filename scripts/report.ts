import { runScript } from "../lib/command/script.ts";
import { reportCommand } from "../lib/results/command.ts";

await runScript(reportCommand, async (given, context) => {
  const { report } = await import("../lib/results/report.ts");
  return await report(given, context);
});
