import { setInvocationStyle } from "../lib/command/invocation.ts";
import { runVerb } from "../lib/command/dispatch.ts";
import { verbs } from "../lib/verbs.ts";

setInvocationStyle("command");
await runVerb(verbs, process.argv.slice(2));
