import { basename, dirname, join } from "node:path";
import { childEnvironment } from "../load/workers/child_environment.ts";
import type { Secret } from "../base/secret.ts";
import { describeEnvFile } from "./env_text.ts";
import type { GitFact, GitHistory } from "./facts.ts";
import { stagedKeys } from "./staged_keys.ts";

/** In milliseconds. Past it git is stopped: searching the history of a very large repository can take minutes. */
const LONGEST_GIT = 10_000;

/** In bytes. A larger diff is not read. */
const LONGEST_OUTPUT = 64 * 1024 * 1024;

/** A git command that ended. */
export interface GitResult {
  /** `null` when it was stopped. */
  readonly code: number | null;
  readonly bytes: Uint8Array;
  /** The same as text. */
  readonly out: string;
  readonly err: string;
}

/**
 * Runs git in a folder. `input` goes to its stdin: unlike an argument it is not seen by other programs.
 *
 * @returns `null` when there is no program `git`.
 */
export async function runGit(
  args: readonly string[],
  options: {
    readonly folder: string;
    readonly input?: string | undefined;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<GitResult | null> {
  const program = Bun.which("git");
  if (program === null) return null;
  if (options.signal?.aborted) return { code: null, bytes: new Uint8Array(), out: "", err: "" };
  const child = Bun.spawn([program, "-c", "core.quotePath=false", ...args], {
    cwd: options.folder,
    // C: the words of git are looked at.
    env: { ...childEnvironment(process.env, "git"), LC_ALL: "C", GIT_OPTIONAL_LOCKS: "0" },
    stdin: options.input === undefined ? "ignore" : new TextEncoder().encode(options.input),
    stdout: "pipe",
    stderr: "pipe",
    timeout: LONGEST_GIT,
    maxBuffer: LONGEST_OUTPUT,
    ...(options.signal === undefined ? undefined : { signal: options.signal }),
  });
  const [bytes, err] = await Promise.all([
    new Response(child.stdout).bytes(),
    new Response(child.stderr).text(),
  ]);
  await child.exited;
  return { code: child.exitCode, bytes, out: new TextDecoder().decode(bytes), err };
}

/** The arguments of the diff that {@linkcode stagedKeys} reads: what a commit would add. */
const STAGED_DIFF = [
  "diff",
  "--cached",
  "--text",
  "--no-color",
  "--no-ext-diff",
  "--no-textconv",
  "--no-renames",
  "--diff-filter=d",
  "--src-prefix=a/",
  "--dst-prefix=b/",
  "-U0",
];

/**
 * Asks git about a `.env` file: whether it is tracked, ignored, or in any commit of any branch, and whether keys stand in
 * other files. `secrets` are compared by git itself and go to its stdin.
 */
export async function askGit(
  path: string,
  { secrets, signal }: { readonly secrets: readonly Secret[]; readonly signal?: AbortSignal },
): Promise<GitFact> {
  const folder = dirname(path);
  const name = basename(path);
  const git = (args: readonly string[], input?: string): Promise<GitResult | null> =>
    runGit(args, { folder, input, signal });
  const top = await git(["rev-parse", "--show-toplevel"]);
  if (top === null) return { state: "no git" };
  if (top.code !== 0) {
    return /not a git repository|must be run in a work tree/.test(top.err)
      ? { state: "no repository", folder }
      : { state: "failed", folder, words: firstLine(top.err) };
  }
  const literal = `:(literal)${name}`;
  const values = secrets.map((secret) => secret.reveal()).join("\n");
  const [tracked, log, ignored, diff, grep] = await Promise.all([
    git(["ls-files", "-z", "--", literal]),
    git(["log", "--all", "--format=%h", "--raw", "--no-renames", "--", literal]),
    git(["check-ignore", "--quiet", "--", name]),
    git(STAGED_DIFF),
    values === ""
      ? null
      : git(["grep", "--cached", "--full-name", "-lzaF", "-f", "-", "--", ":(top)"], values),
  ]);
  const failed = [tracked, log, diff].find((result) => result?.code !== 0);
  if (failed !== undefined) {
    return { state: "failed", folder, words: firstLine(failed?.err ?? "") };
  }
  const isOwn = (file: string): boolean => join(top.out.trim(), file) === path;
  return {
    state: "repository",
    folder,
    name,
    tracked: tracked?.out !== "",
    ignored: ignored?.code === 0,
    history: await readHistory(log?.out ?? "", { secrets, git }),
    stagedKeys: stagedKeys(diff?.out ?? "").filter((file) => !isOwn(file)),
    leaks: (grep?.out ?? "").split("\0").filter((file) => file !== "" && !isOwn(file)),
  };
}

/** The versions of a `.env` that are looked into. Only a repository that has the mistake in it has any. */
const MOST_VERSIONS = 20;

/**
 * Which keys the committed versions of a `.env` hold. `log` is what `git log --format=%h --raw` says of it: the newest
 * commit first, and for each a line `:MODE MODE OLD NEW STATUS`.
 */
async function readHistory(
  log: string,
  options: {
    readonly secrets: readonly Secret[];
    readonly git: (args: readonly string[]) => Promise<GitResult | null>;
  },
): Promise<GitHistory | null> {
  const commit = log.trim().split("\n", 1).join("");
  if (commit === "") return null;
  const versions = [...log.matchAll(/^:\d+ \d+ [0-9a-f]+ ([0-9a-f]+)/gm)].map(([, id = ""]) => id);
  const ids = [...new Set(versions)].filter((id) => !/^0+$/.test(id)).slice(0, MOST_VERSIONS);
  const blobs = await Promise.all(ids.map((id) => options.git(["cat-file", "blob", id])));
  const committed = blobs.flatMap((blob) =>
    blob === null ? [] : describeEnvFile(blob.bytes).secrets.map((secret) => secret.reveal()),
  );
  const isCurrent = options.secrets.some((secret) => committed.includes(secret.reveal()));
  return { commit, keys: isCurrent ? "current" : committed.length > 0 ? "other" : "none" };
}

/** Empty when git was stopped. */
function firstLine(words: string): string {
  return words
    .trim()
    .split("\n", 1)
    .join("")
    .replace(/^fatal: /, "");
}
