/** A script that says that it is there, waits for Ctrl-C, and then writes as many bytes as its argument says. */
import { declareCommand } from "../../lib/command/declaration.ts";
import { runScript } from "../../lib/command/script.ts";

const words = { en: "-", zh: "-" };
const command = declareCommand({ verb: "ask", summary: words, examples: [], flags: {} });

await runScript(
  command,
  async (_, { out, err, signal }) => {
    err.write("ready");
    // It keeps the process, as a pipe that gives nothing does.
    setInterval(() => {}, 1_000_000);
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    out.write("x".repeat(Number(process.argv[2])));
    return 130;
  },
  { args: [] },
);
