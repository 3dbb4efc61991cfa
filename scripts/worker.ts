import { runScript } from "../lib/command/script.ts";
import { workerCommand } from "../lib/worker/command.ts";
import { worker } from "../lib/worker/worker.ts";

await runScript(workerCommand, worker);
