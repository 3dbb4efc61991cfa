import { runScript } from "../lib/command/script.ts";
import { benchCommand } from "../lib/bench/command.ts";

await runScript(benchCommand, async (given, context) => {
  const { bench } = await import("../lib/bench/bench.ts");
  return await bench(given, context);
});
