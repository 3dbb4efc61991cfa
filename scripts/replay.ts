import { runScript } from "../lib/command/script.ts";
import { replay } from "../lib/replay/replay.ts";
import { replayCommand } from "../lib/replay/command.ts";

await runScript(replayCommand, replay);
