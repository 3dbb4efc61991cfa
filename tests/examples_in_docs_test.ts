import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type DocExample,
  docExamples,
  exportsOfLib,
  isAsTold,
  root,
  statementsOf,
  toldValue,
  withoutTexts,
} from "./support/doc_examples.ts";

/** What examples speak of without making it: it is declared for them, so they are not run. */
const GIVEN: Readonly<Record<string, string>> = {
  after: `import("${root}lib/measure/compared_run.ts").ComparedRun[]`,
  answer: `import("${root}lib/server/reply/reply.ts").Reply`,
  arrival: `import("${root}lib/chat/reading.ts").Arrival`,
  before: `import("${root}lib/measure/compared_run.ts").ComparedRun[]`,
  clock: `import("${root}lib/base/clock.ts").Clock`,
  context: `import("${root}lib/command/script.ts").ScriptContext`,
  end: `import("${root}lib/measure/process_death.ts").ProcessEnd`,
  input: `import("${root}lib/page/page_input.ts").ReportInput`,
  message: `import("${root}lib/base/message.ts").Message`,
  messages: `import("openai").OpenAI.ChatCompletionMessageParam[]`,
  onError: `(error: Error) => void`,
  OpenAI: `typeof import("openai").OpenAI`,
  recorded: `import("${root}lib/server/reply/recorded_reply.ts").NamedTranscript`,
  records: `import("${root}lib/measure/request_record.ts").RequestRecord[]`,
  requests: `import("${root}lib/page/page_data.ts").RequestColumns`,
  request: `import("${root}lib/wire/request.ts").HttpRequest`,
  response: `import("node:http").ServerResponse`,
  run: `import("${root}lib/measure/finished_run.ts").FinishedRun`,
  signal: `AbortSignal`,
  source: `import("${root}lib/server/reply/reply.ts").ReplySource`,
  timeline: `import("${root}lib/measure/timeline.ts").Timeline`,
  transcript: `import("${root}lib/transcript/format.ts").Transcript`,
  transcripts: `import("${root}lib/server/reply/recorded_reply.ts").NamedTranscript[]`,
  write: `(data: string | Uint8Array) => void`,
};

/** These send, listen, read or write files, print, or change the process: they are not run. */
const OUTSIDE =
  /\b(?:checkoutFolder|completeChat|listModels|load|loadRun|readBounded|readRecordings|readTranscript|replayChat|replayFetch|runVerb|startLocalEndpoint|startUpstream|streamChat|systemEnvironment|RecordingFolder|TranscriptFile|TranscriptRecorder|console|process|Bun)\b/;

const TSCONFIG = {
  extends: join(root, "tsconfig.json"),
  compilerOptions: {
    typeRoots: [join(root, "node_modules", "@types")],
    paths: {
      cephes: [join(root, "node_modules/cephes/index.d.ts")],
      "@std/dotenv": [join(root, "lib/settings/dotenv/mod.ts")],
      openai: [join(root, "node_modules/openai")],
      streamgauge: [join(root, "lib/mod.ts")],
      "streamgauge/*": [join(root, "lib/doors/*.ts")],
    },
  },
  include: ["*.ts", join(root, "lib/assets.d.ts")],
};

const examples = docExamples();
const exported = exportsOfLib();
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "streamgauge-examples-"));
  writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(TSCONFIG));
  for (const example of examples) writeFileSync(pathOf(example), moduleOf(example));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function pathOf({ place }: DocExample): string {
  return join(folder, `${place.replaceAll(/\W/g, "_")}.ts`);
}

/** The names that an example uses and does not make itself. */
function freeNames({ code }: DocExample): string[] {
  const bare = withoutTexts(code).replaceAll(/^import .*$/gm, "");
  const made = new Set(
    [
      ...bare.matchAll(/\b(?:const|let|using)\s+(\w+|\{[^}=]*\}|\[[^\]=]*\])/g),
      ...bare.matchAll(/\(?([\w\s,{}]*)\)?\s*=>/g),
      ...code.matchAll(/^import \{([^}]*)\}/gm),
    ].flatMap(([, names = ""]) => names.match(/\w+/g) ?? []),
  );
  const used = bare.matchAll(/(?<!\w|(?<!\.\.)\.)([A-Za-z_]\w*)\b(?!\s*:[^:])/g);
  return [...new Set([...used].map(([, name = ""]) => name))].filter((name) => !made.has(name));
}

/** The example as a module that exports what its statements with comments gave. */
function moduleOf(example: DocExample): string {
  const names = freeNames(example);
  const imports = names.flatMap((name) => {
    const files = exported.get(name);
    if (files === undefined || name in GIVEN) return [];
    const from = files.includes(example.file) ? example.file : files[0];
    return [`import { ${name} } from ${JSON.stringify(join(root, from ?? ""))};`];
  });
  const given = names
    .filter((name) => name in GIVEN)
    .map((name) => `declare const ${name}: ${GIVEN[name]};`);
  const statements = statementsOf(example).map(({ code, comment }, index) =>
    comment === null || !isExpression(code)
      ? code
      : `RESULTS[${index}] = ${code.trim().replace(/;$/, "")};`,
  );
  const own = statements.filter((code) => code.startsWith("import "));
  const others = statements.filter((code) => !code.startsWith("import "));
  return [
    ...own,
    ...imports,
    ...given,
    "export const RESULTS: Record<number, unknown> = {};",
    ...others,
    "",
  ].join("\n");
}

function isExpression(code: string): boolean {
  return !/^\s*(?:const|let|using|for|try|if|import)\b/.test(code);
}

function isRun(example: DocExample): boolean {
  return (
    !OUTSIDE.test(withoutTexts(example.code)) && !freeNames(example).some((name) => name in GIVEN)
  );
}

test("every example in a doc comment has the types it says", async () => {
  const check = Bun.spawn(
    [process.execPath, "check", "--no-script", "--all", "-p", join(folder, "tsconfig.json")],
    { cwd: folder, stdout: "pipe", stderr: "pipe" },
  );
  const said = await new Response(check.stdout).text();
  expect((await check.exited) === 0 ? "" : said + (await new Response(check.stderr).text())).toBe(
    "",
  );
  expect(examples.length).toBeGreaterThan(120);
});

test("every example that needs nothing of the outside gives what its comments say", async () => {
  const wrong: string[] = [];
  let compared = 0;
  for (const example of examples.filter(isRun)) {
    const { RESULTS } = (await import(pathOf(example))) as { RESULTS: Record<number, unknown> };
    for (const [index, { comment }] of statementsOf(example).entries()) {
      if (comment === null || !(index in RESULTS)) continue;
      const told = toldValue(comment);
      if (told === "prose") continue;
      compared++;
      if (told !== "unreadable" && isAsTold(RESULTS[index], told.value)) continue;
      wrong.push(`${example.place}: ${comment} is ${Bun.inspect(RESULTS[index])}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(compared).toBeGreaterThan(120);
});
