import { expect, setDefaultTimeout, test } from "bun:test";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createColors } from "picocolors";
import fc from "fast-check";
import { readMix } from "../../lib/bench/mix_file.ts";
import { UserError } from "../../lib/base/message.ts";
import { kindAt } from "../../lib/load/mix.ts";
import type { RequestRecord } from "../../lib/measure/request_record.ts";
import { summarize } from "../../lib/measure/summary.ts";
import { renderKinds } from "../../lib/report/run/kind_table.ts";
import { warningsOf } from "../../lib/report/run/warnings.ts";
import { sendStream, startChatServer } from "../support/chat_server.ts";
import { temporaryFolder } from "../support/folder.ts";
import { chunk, DONE } from "../support/read_pieces.ts";
import { madeUpRecords, madeUpRun } from "../support/records.ts";
import { useToolkit } from "../support/run_ask.ts";
import { at, runBench } from "../support/run_bench.ts";
import { runReplay } from "../support/run_replay.ts";
import { runs } from "../support/runs.ts";
import { CITY } from "../support/simulated.ts";

setDefaultTimeout(30_000);
useToolkit();

const MIX = [
  { name: "short", share: 3, prompts: "short.txt", max_tokens: 20 },
  { name: "other", share: 1, prompt: "Long?", model: "m2", param: { temperature: 0 } },
  { name: "seeing", share: 1, prompt: "What is it?", images: "synthetic=8x8" },
  { name: "calling", share: 1, prompt: "Weather?", tools: "tools.json" },
];

interface Body {
  readonly model: string;
  readonly messages: readonly { readonly content: unknown }[];
  readonly max_tokens?: number;
  readonly temperature?: number;
  readonly tools?: readonly unknown[];
}

/** Answers in the name of the model that was asked. */
const answering = () =>
  startChatServer((exchange, { body }) => {
    const { model } = body as unknown as Body;
    const usage = { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 };
    sendStream(
      exchange,
      chunk({ content: "a" }, { model }) +
        chunk({ content: "b" }, { model, finish_reason: "stop" }) +
        chunk({}, { model, usage }) +
        DONE,
    );
  });

test("each request is of one kind, with what that has otherwise, and the kinds are told apart", async () => {
  await using server = await answering();
  using folder = temporaryFolder();
  const write = (name: string, text: string) => writeFileSync(join(folder.path, name), text);
  write("mix.json", JSON.stringify(MIX));
  write("short.txt", "One?\nTwo?");
  write("tools.json", JSON.stringify([{ name: "f", parameters: CITY }]));
  const args = ["--mix=mix.json", "--requests=60", "--concurrency=4", "--workers=2", "--cold"];
  const keep = ["--plan-seed=7", "--out=o.json", "--record=rec"];
  const { exitCode, stdout } = await runBench([...at(server), ...args, ...keep], {
    cwd: folder.path,
  });
  expect(exitCode).toBe(0);
  const live = readFileSync(join(folder.path, "o.json"), "utf8");
  const { summary, requests, config, warnings } = JSON.parse(live);

  // By the shares, and drawn by the seed alone.
  const planned = Array.from({ length: 60 }, (_, index) => kindAt(MIX, { seed: 7, index })?.name);
  expect(requests.map(({ kind }: { kind: string }) => kind)).toEqual(planned);
  const count = (name: string): number => planned.filter((kind) => kind === name).length;
  expect(
    summary.kinds.map(({ kind, sent }: { kind: string; sent: number }) => [kind, sent]),
  ).toEqual(["calling", "other", "seeing", "short"].map((name) => [name, count(name)]));

  // What arrived.
  const bodies = server.requests.map(({ body }) => body as unknown as Body);
  const holding = (text: string) =>
    bodies.filter(({ messages }) => JSON.stringify(messages).includes(text));
  const short = [...holding("One?"), ...holding("Two?")];
  expect(short).toHaveLength(count("short"));
  expect(short.every((body) => body.max_tokens === 20 && body.model === "m")).toBe(true);
  const other = holding("Long?");
  expect(other).toHaveLength(count("other"));
  expect(other.every((body) => body.model === "m2" && body.temperature === 0)).toBe(true);
  expect(other.every((body) => body.max_tokens === undefined)).toBe(true);
  expect(holding("data:image/png").length).toBe(count("seeing"));
  const calling = bodies.filter(({ tools }) => tools !== undefined);
  expect(calling).toEqual(holding("Weather?"));
  expect(calling).toHaveLength(count("calling"));

  expect(config.mix[1]).toEqual({ name: "other", share: 1, model: "m2" });
  // Two models were asked, so that two answered is no surprise.
  expect(JSON.stringify(warnings)).not.toContain("several_models");
  expect((await runReplay(["--json", "rec"], folder.path)).stdout).toBe(live);
  expect((await runReplay(["--report", "rec"], folder.path)).stdout).toBe(stdout);
});

test("the warm-up asks for one token of each kind, and made-up prompts are fitted", async () => {
  await using server = await answering();
  using folder = temporaryFolder();
  const mix = [
    { name: "a", share: 1, prompt: "Hi", max_tokens: 50 },
    { name: "b", share: 1, synthetic: { in: 20, out: 30 } },
  ];
  writeFileSync(join(folder.path, "mix.json"), JSON.stringify(mix));
  const args = ["--mix=mix.json", "--requests=4", "--warmup=6"];
  const { exitCode } = await runBench([...at(server), ...args], { cwd: folder.path });
  expect(exitCode).toBe(0);
  const limits = server.requests.map(({ body }) => (body as unknown as Body).max_tokens);
  // Two to fit, six to warm up.
  expect(limits.slice(0, 8)).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  expect(limits.slice(8).every((limit) => limit === 50 || limit === 30)).toBe(true);
});

test("kinds are drawn by their shares", () => {
  const share = fc.integer({ min: 1, max: 9 });
  fc.assert(
    fc.property(share, share, fc.integer(), (a, b, seed) => {
      const kinds = [
        { name: "a", share: a },
        { name: "b", share: b },
      ];
      const drawn = Array.from(
        { length: 2000 },
        (_, index) => kindAt(kinds, { seed, index })?.name,
      );
      const expected = a / (a + b);
      // Five standard deviations: one in millions.
      const allowed = 5 * Math.sqrt((expected * (1 - expected)) / 2000);
      const found = drawn.filter((name) => name === "a").length / 2000;
      expect(Math.abs(found - expected)).toBeLessThan(allowed);
    }),
    { numRuns: runs(50) },
  );
});

/** Every third request takes longer, by another model. */
function ofKinds(kind: (index: number) => string): RequestRecord[] {
  const records = madeUpRecords(30, (index) => ({
    ttft: index % 3 === 0 ? 400 : 100,
    models: [index % 3 === 0 ? "big" : "small"],
  }));
  return records.map((record, index) => Object.assign(record, { kind: kind(index) }));
}

test("kinds are shown a line each, in both languages, and a kind that two models answered is told", () => {
  const records = ofKinds((index) => (index % 3 === 0 ? "long" : "chat"));
  const run = madeUpRun(records);
  const shown = (language: "en" | "zh") =>
    renderKinds(run.summary, { language, styles: createColors(false) });
  expect(shown("en")).toBe(`\
kind  sent  complete  TTFT p50     p90  TPOT p50  E2E p50  in  out
chat    20        20    100 ms  100 ms   20.0 ms   160 ms  30    4
long    10        10    400 ms  400 ms   20.0 ms   460 ms  30    4`);
  expect(shown("zh")).toBe(`\
类别  已发送  完整  TTFT p50     p90  TPOT p50  E2E p50  输入  输出
chat      20    20    100 ms  100 ms   20.0 ms   160 ms    30     4
long      10    10    400 ms  400 ms   20.0 ms   460 ms    30     4`);
  const codes = warningsOf(run).map(({ code }) => code);
  expect(codes).not.toContain("several_models");
  const alike = warningsOf(madeUpRun(ofKinds(() => "one")));
  expect(alike.map(({ code }) => code)).toContain("several_models");
  expect(summarize(madeUpRecords(1)).kinds).toBeNull();
});

test("what is wrong in a mix is named, with its place", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "mix.json");
  const said = async (value: unknown) => {
    writeFileSync(path, typeof value === "string" ? value : JSON.stringify(value));
    try {
      await readMix(path);
    } catch (error) {
      const { cause } = (error as UserError).userMessage;
      return cause.en.replace(`Cannot take a mix from "${path}": `, "");
    }
    return "taken";
  };
  const kind = { name: "a", share: 1, prompt: "Hi" };
  expect(await said([kind])).toBe("taken");
  expect(await said("{")).toBe("it is not JSON");
  expect(await said([])).toBe("it is no list of kinds");
  expect(await said([1])).toBe("entry 1 is not an object");
  expect(await said([kind, { ...kind, share: 0 }])).toBe(
    'entry 2 has a "share" that is not a number above 0',
  );
  expect(await said([kind, kind])).toBe('entry 2 has the name "a" once more');
  expect(await said([{ ...kind, weight: 2 }])).toBe('entry 1 has an unknown field "weight"');
  expect(await said([{ share: 1, prompt: "Hi" }])).toBe('entry 1 has no "name"');
  expect(await said([{ name: "a", share: 1 }])).toBe(
    'entry 1 needs one of "prompt", "prompts" and "synthetic"',
  );
  expect(await said([{ ...kind, prompts: "x" }])).toContain("needs one of");
  expect(await said([{ name: "a", share: 1, synthetic: { in: 5 } }])).toBe(
    'entry 1 has a "synthetic" that is not an object such as {"in":512,"out":64}',
  );
  expect(await said([{ ...kind, images: [] }])).toContain('has a "images" that is not a text or');
});

test("files of a mix are found from where it stands", async () => {
  using folder = temporaryFolder();
  const path = join(folder.path, "mix.json");
  const kind = { name: "a", share: 1, prompts: "p.txt", tools: "/t.json", images: ["a.png"] };
  writeFileSync(path, JSON.stringify([kind]));
  expect(await readMix(path)).toEqual([
    {
      ...kind,
      prompts: join(folder.path, "p.txt"),
      images: [join(folder.path, "a.png")],
    },
  ]);
});

test("what does not go with a mix is refused before anything is sent", async () => {
  await using server = await answering();
  const said = async (...args: string[]) => (await runBench([...at(server), ...args])).stderr;
  expect(await said("--mix=gone.json")).toContain('Cannot read "gone.json"');
  expect(await said("--mix=m.json", "--prompt=Hi")).toContain("exclude each other");
  expect(await said("--mix=m.json", "--turns=2")).toContain("exclude each other");
  expect(await said("--mix=m.json", "--cache=pairs")).toContain("exclude each other");
  expect(server.requests).toHaveLength(0);
});
