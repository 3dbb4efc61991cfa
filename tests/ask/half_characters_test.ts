import { expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startChatServer } from "../support/chat_server.ts";
import { at, runShell, useToolkit } from "../support/run_ask.ts";
import { streamOf } from "../support/stream.ts";

useToolkit();

const [HIGH, LOW] = ["\ud83d", "\ude0a"];
const say = (index: number, delta: object): object => ({ choices: [{ index, delta }] });

/** Two choices in turn: each delta ends in the half of a character that the next one of its kind begins with. */
const DELTAS = [
  say(0, { reasoning_content: `hm ${HIGH}` }),
  say(1, { reasoning_content: `ah ${HIGH}` }),
  say(0, { reasoning_content: LOW, content: `one ${HIGH}` }),
  say(1, { reasoning_content: LOW, content: `two ${HIGH}` }),
  say(0, { content: LOW }),
  say(1, { content: LOW }),
];

test("what ask writes into files and pipes holds whole characters, of all choices and of the reasoning", async () => {
  await using server = await startChatServer(async ({ head, piece, end }) => {
    head(200, { "content-type": "text/event-stream" });
    for (const delta of DELTAS) {
      piece(streamOf(delta));
      await new Promise((resolve) => setImmediate(resolve));
    }
    piece(streamOf("[DONE]"));
    end();
  });
  const ask = ["ask", ...at(server), "--lang", "en"].join(" ");
  const files: Record<string, string> = {};
  const run = await runShell(
    [
      `${ask} Q > answer 2> reasoning`,
      `${ask} Q 2> /dev/null | cat > piped`,
      `${ask} --reasoning only Q > only 2> /dev/null`,
      `${ask} --wire Q > wire 2> /dev/null`,
    ].join(" && "),
    {
      onExit(folder) {
        for (const name of ["answer", "reasoning", "piped", "only", "wire"]) {
          files[name] = readFileSync(join(folder, name), "utf8");
        }
      },
    },
  );
  expect(run.exitCode).toBe(0);
  const { answer, reasoning, piped, only, wire = "" } = files;
  expect({ answer, piped, only }).toEqual({
    answer: "one 😊\n\ntwo 😊\n",
    piped: "one 😊\n\ntwo 😊\n",
    only: "hm 😊\n\nah 😊\n",
  });
  expect(reasoning).toStartWith("hm 😊\n");
  expect(wire).not.toContain("\uFFFD");
  expect(wire.split("\n")[4]).toContain("│ 😊 ");
});
