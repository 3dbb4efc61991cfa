import fc from "fast-check";
import { UserError } from "../../../lib/base/message.ts";
import { askCommand } from "../../../lib/ask/command.ts";
import { benchCommand } from "../../../lib/bench/command.ts";
import type { BenchFlags } from "../../../lib/bench/flags.ts";
import { checkBenchFlags, plannedRuns } from "../../../lib/bench/plan.ts";
import { parseArguments } from "../../../lib/command/arguments.ts";
import type { Command } from "../../../lib/command/declaration.ts";
import { compareCommand } from "../../../lib/compare/command.ts";
import { doctorCommand } from "../../../lib/doctor/command.ts";
import { replayCommand } from "../../../lib/replay/command.ts";
import { serveCommand } from "../../../lib/serve/command.ts";
import { readFault, readSimulation, readSplit } from "../../../lib/server/values.ts";
import { readBaseUrl } from "../../../lib/settings/base_url.ts";
import { type OpenTarget, target } from "./target.ts";

const COMMANDS: readonly Command[] = [
  askCommand,
  benchCommand,
  compareCommand,
  doctorCommand,
  replayCommand,
  serveCommand,
];

const texts = fc.oneof(
  fc.constantFrom(
    ..."0 1 -1 1.5 1e9 0x10 Infinity NaN 60s 5ms 2m 1h 0s 500us 1,2,4 in=5,out=7 0.15,0.60".split(
      " ",
    ),
    ..."ttft=500ms ttft=500ms,tpot=50ms ttft=1s,tps=50,tokens=9 status=429@10% cut@50% reset".split(
      " ",
    ),
    ..."stall=5s@3 slow-head=1s error-event@2 no-done cut@50%,share=0.5,seed=7 bytes:7 max".split(
      " ",
    ),
    ..."http://127.0.0.1:8000/v1 https://a.b/v1?k=1 http://[::1] a=b a={} a=[1] a={x:'y'} - --".split(
      " ",
    ),
    "",
    " ",
    "\0",
    "\u001b[31m",
    "\n",
    "中",
    "９",
    "—",
    "=",
    "==",
    ",",
    "@",
    "%",
    "/",
    "[",
    "{{",
  ),
  fc.string({ maxLength: 12 }),
  fc
    .array(fc.constantFrom(..."ttft = , 5 ms s @ % : . e - + cut status x".split(" ")), {
      maxLength: 6,
    })
    .map((parts) => parts.join("")),
);

const lines = fc.constantFrom(...COMMANDS).chain((command) => {
  const names = Object.keys(command.flags);
  const name = fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.constantFrom(...names.map((one) => `no-${one}`), "h", "x", "") },
  );
  const word = fc.oneof(
    fc.tuple(name, texts).map(([name, text]) => [`--${name}=${text}`]),
    fc.tuple(name, texts).map(([name, text]) => [`--${name}`, text]),
    name.map((name) => [`--${name}`]),
    texts.map((text) => [text]),
  );
  const words = fc.array(word, { maxLength: 5 }).map((words) => words.flat());
  return fc.record({ command: fc.constant(command), words, text: texts });
});

/** Throws unless it succeeds, or is refused in words that hold no more than can be shown, in both languages. */
function readOrRefused(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    const { cause, step } = error.userMessage;
    for (const text of [cause.en, cause.zh, step?.en ?? "-", step?.zh ?? "-"]) {
      if (
        text.trim() === "" ||
        /undefined|\[object|NaN(?!")/.test(text.replaceAll(/"[^"]*"/g, ""))
      ) {
        throw new Error(`refused in no good words: ${JSON.stringify(text)}`, { cause: error });
      }
    }
  }
}

/** Every command line is read, or refused in words of both languages. */
export function openFlags(): OpenTarget {
  return target(lines, ({ command, words, text }) => {
    readOrRefused(() => {
      const { flags } = parseArguments(command, words);
      if (command !== benchCommand) return;
      checkBenchFlags(flags as BenchFlags);
      plannedRuns(flags as BenchFlags);
    });
    const given = { flag: "--flag", text };
    readOrRefused(() => readFault(given));
    readOrRefused(() => readSimulation(given));
    readOrRefused(() => readSplit(given));
    readOrRefused(() => readBaseUrl(text, "--flag"));
  });
}
