/**
 * The whole program: `streamgauge` with its verbs. A program that is compiled into one file is its own worker, too.
 *
 * @module
 */

import { runVerb } from "./command/dispatch.ts";
import { setInvocationStyle } from "./command/invocation.ts";
import { startedPart } from "./load/workers/child_command.ts";
import { verbs } from "./verbs.ts";

const args = process.argv.slice(2);
switch (startedPart(args)) {
  case "worker":
    await import("./load/workers/worker.ts");
    break;
  case "simulated":
    await import("./load/workers/simulated.ts");
    break;
  case "serving":
    await import("./serve/workers/serving.ts");
    break;
  default:
    setInvocationStyle("command");
    await runVerb(verbs, args);
}
