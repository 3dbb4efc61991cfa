import { runScript } from "../lib/command/script.ts";
import { bench } from "../lib/bench/bench.ts";
import { benchCommand } from "../lib/bench/command.ts";

await runScript(benchCommand, bench);
