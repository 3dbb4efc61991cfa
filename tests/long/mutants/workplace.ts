import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { reachOf } from "../../support/reach.ts";
import { copyToolkit } from "../../support/toolkit_copy.ts";
import { cleanEnvironment } from "../../support/clean_environment.ts";
import type { Mutant } from "./find.ts";

/** In milliseconds. Tests that take longer hang, which is noticed. */
const LONGEST = 300_000;

const LEFT_OUT: ReadonlySet<string> = new Set([".git", "node_modules", "dist", "build"]);

/** A copy of the tree, in which files are changed and tests are run. What happens to it happens to nothing else. */
export class Workplace implements Disposable {
  readonly #folder: string;
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
    const parts = readdirSync(root).filter((name) => !LEFT_OUT.has(name));
    this.#folder = copyToolkit({ name: "streamgauge-mutants-", parts });
    process.on("exit", () => this[Symbol.dispose]());
  }

  [Symbol.dispose](): void {
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** Whether a test notices it: those that mirror the file are asked first, then its room, then others. */
  notices(mutant: Mutant): Promise<boolean> {
    return this.changed(mutant, async () => {
      for (const tests of testsFor(mutant.file, this.#root)) {
        if (!(await this.passes(tests))) return true;
      }
      return false;
    });
  }

  /** Does something while a file is changed. */
  async changed<Value>(
    { file, start, end, after }: Pick<Mutant, "file" | "start" | "end" | "after">,
    run: () => Promise<Value>,
  ): Promise<Value> {
    const path = join(this.#folder, file);
    const whole = readFileSync(path, "utf8");
    writeFileSync(path, `${whole.slice(0, start)}${after}${whole.slice(end)}`);
    try {
      return await run();
    } finally {
      writeFileSync(path, whole);
    }
  }

  /** Whether these tests pass, in time. */
  async passes(tests: readonly string[]): Promise<boolean> {
    if (tests.length === 0) return true;
    const child = Bun.spawn(
      ["nice", "-n", "10", process.execPath, "test", "--bail", "--timeout=30000", ...tests],
      {
        cwd: this.#folder,
        env: cleanEnvironment(this.#folder),
        stdio: ["ignore", "ignore", "ignore"],
        timeout: LONGEST,
        killSignal: "SIGKILL",
      },
    );
    return (await child.exited) === 0;
  }
}

/** What each file reaches, and what it imports itself, as it is found out. */
const reached = new Map<string, ReturnType<typeof reachOf>>();

function reachOfFile(file: string, root: string): ReturnType<typeof reachOf> {
  const known = reached.get(file);
  if (known !== undefined) return known;
  const found = reachOf([join(root, file)]);
  reached.set(file, found);
  return found;
}

/**
 * The tests of a source file, in the order of asking: the one that mirrors it; those of its room that reach it; those of
 * other rooms that import it; those of the rooms whose code imports it.
 */
export function testsFor(file: string, root: string): string[][] {
  const inLib = file.slice("lib/".length);
  const path = join(root, file);
  const mirror = `./tests/${dirname(inLib)}/${basename(inLib, ".ts")}_test.ts`;
  let left = allTests(root);
  const take = (isNext: (test: string) => boolean): string[] => {
    const taken = left.filter(isNext);
    left = left.filter((test) => !taken.includes(test));
    return taken;
  };
  const reaches = (test: string): boolean => reachOfFile(test, root).files.has(path);
  const own = roomOf(file);
  // What is started as a program of its own is imported by no test: those beside it start it.
  const isProgram = !left.some(reaches);
  const beside = `./tests/${dirname(inLib)}/`;
  const importing = new Set(importersOf(file, root).map(roomOf));
  return [
    take((test) => test === mirror),
    take((test) => (isProgram ? test.startsWith(beside) : roomOf(test) === own && reaches(test))),
    take((test) => reachOfFile(test, root).direct.has(path)),
    take((test) => importing.has(roomOf(test)) && reaches(test)),
  ];
}

function allTests(root: string): string[] {
  const tests = [...new Bun.Glob("tests/**/*_test.ts").scanSync(root)];
  return tests.map((test) => `./${test}`).toSorted();
}

/** The files of lib that import this one. */
function importersOf(file: string, root: string): string[] {
  return [...new Bun.Glob("lib/*/**/*.ts").scanSync(root)].filter((importer) =>
    reachOfFile(importer, root).direct.has(join(root, file)),
  );
}

/** `wire` for `lib/wire/sse.ts` and for `./tests/wire/sse_test.ts`. */
function roomOf(file: string): string {
  return file.replace(/^\.\//, "").split("/")[1] ?? "";
}
