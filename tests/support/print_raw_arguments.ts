import { readFileSync } from "node:fs";
import { rawArguments } from "../../lib/command/raw_arguments.ts";

const typed = rawArguments(process.argv.slice(2), readFileSync("/proc/self/cmdline", "utf8"));
process.stdout.write(JSON.stringify(typed));
