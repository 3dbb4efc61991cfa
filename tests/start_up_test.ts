import { expect, test } from "bun:test";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";

/**
 * What is loaded before a command line has said what is wanted: a module costs a fraction of a millisecond, `node:http` six
 * of them. What is imported with `await import()` is loaded when it is asked for.
 */

const root = fileURLToPath(new URL("../", import.meta.url));
const transpiler = new Bun.Transpiler({ loader: "ts" });

/** All that is loaded with a file: paths from the root of the project, and packages by their names. */
async function loadedWith(...files: readonly string[]): Promise<Set<string>> {
  const loaded = new Set<string>();
  const load = async (file: string): Promise<void> => {
    if (loaded.has(file)) return;
    loaded.add(file);
    if (!file.endsWith(".ts")) return;
    // What is imported for its types only is not among them.
    const imports = transpiler.scanImports(await Bun.file(join(root, file)).text());
    for (const { kind, path } of imports) {
      if (kind === "dynamic-import") continue;
      await load(path.startsWith(".") ? relative(root, join(root, dirname(file), path)) : path);
    }
  };
  for (const file of files) await load(file);
  return loaded;
}

/** What the flags of the verbs need besides their own rooms: their names and kinds, and what reads their values. */
const FOR_FLAGS =
  /^(?:package\.json$|lib\/(?:base|text|command)\/|lib\/settings\/(?:api|dotenv\/env_file|exported_environment|loopback_proxy|network_variables|really_exported)\.ts$|lib\/target\/(?:endpoint_flags|messages\/headers)\.ts$|lib\/server\/(?:values|value_messages)\.ts$|lib\/measure\/definitions\/figures\.ts$|lib\/report\/definitions\/as_flag\.ts$|lib\/replay\/\w+_flags?\.ts$|(?:citty|picocolors|node:fs|node:fs\/promises|node:path|node:util)$)/;

const ROOMS = {
  ask: "ask",
  bench: "bench",
  compare: "compare",
  doctor: "doctor",
  replay: "replay",
  report: "results",
  serve: "serve",
} as const;

test("the help of a verb loads its flags, and nothing that does the work", async () => {
  for (const [verb, room] of Object.entries(ROOMS)) {
    const loaded = [...(await loadedWith(`scripts/${verb}.ts`))];
    const own = new RegExp(`^(?:scripts/${verb}\\.ts|lib/${room}/)`);
    expect(loaded.filter((file) => !FOR_FLAGS.test(file) && !own.test(file))).toEqual([]);
    expect(loaded).not.toContain(`lib/${room}/${verb}.ts`);
    expect(loaded).toContain(`lib/${room}/command.ts`);
  }
});

test("the list of verbs loads none of them", async () => {
  const loaded = [...(await loadedWith("lib/main.ts", "lib/verbs.ts"))];
  expect(
    loaded.filter((file) => /^lib\/(?!base|text|command|settings|load\/workers)\w+\//.test(file)),
  ).toEqual([]);
});

test("a question to an endpoint loads no server, and the demo no settings", async () => {
  const server = /^lib\/server\/|^node:(?:http|net)$/;
  const asked = await loadedWith("lib/ask/ask.ts", "lib/target/endpoint_target.ts");
  expect([...asked].filter((file) => server.test(file))).toEqual([]);
  const demo = await loadedWith("lib/ask/ask.ts", "lib/server/demo.ts");
  expect(
    [...demo].filter((file) =>
      /^lib\/settings\/(?:system_)?(?:endpoint|environment)\.ts$/.test(file),
    ),
  ).toEqual([]);
});

test("nothing that only few questions need stands before a request", async () => {
  const loaded = [...(await loadedWith("lib/ask/ask.ts"))];
  const later =
    /^lib\/(?:transcript\/(?:recorder|transcript_file)|report\/request\/(?:stats|notes|result_json)|target\/failure|ask\/(?:list_models|saved_stream|conversation))\.ts$/;
  expect(loaded.filter((file) => later.test(file))).toEqual([]);
});
