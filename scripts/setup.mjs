// Sets the toolkit up on a machine that has only Node and npm, then runs it with the Bun it installed:
//
//   node scripts/setup.mjs             set up
//   node scripts/setup.mjs start ...   set up, then ask (without a question: the demo)
//   node scripts/setup.mjs test ...    set up, then run the tests
//
// Plain Node without packages, and without a shell, so that it runs the same everywhere and before anything is
// installed. It installs only when the lockfile changed; after that it needs no network.

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { bunIn as programIn, completeBun, isReal, runBun, versionOf } from "../bin/bun.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const stamp = join(root, "node_modules", ".streamgauge-setup");
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const version = manifest.engines.bun;

const [command, ...rest] = process.argv.slice(2);
const commands = {
  start: () =>
    runBun(bunIn(root), [
      join(root, "scripts", "ask.ts"),
      ...(rest.length > 0 ? rest : ["--demo"]),
    ]),
  test: () => runBun(bunIn(root), ["test", ...rest], { cwd: root }),
};
if (command !== undefined && !Object.hasOwn(commands, command)) {
  fail(`Unknown command "${command}"; use start or test, or none to set up only`);
}
setUp();
commands[command]?.();

function setUp() {
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "bun.lock")))
    .digest("hex");
  const found = existsSync(stamp) ? readFileSync(stamp, "utf8") : "";
  if (found === wanted && isReal(bunIn(root))) return;
  console.error(
    `Setting up once: Bun ${version} and the packages / 首次安装：Bun ${version} 和依赖包 …`,
  );
  const installer = findBun() ?? fetchBun();
  run(installer.bun, ["install", "--frozen-lockfile"], { cwd: root });
  installer.remove?.();
  repair(root);
  writeFileSync(stamp, wanted);
}

/** A Bun of the pinned version that is there already; others may not read the lockfile. */
function findBun() {
  for (const bun of [bunIn(root), "bun"]) {
    if (versionOf(bun) === version) return { bun };
  }
  return null;
}

/** Bun from npm, in a folder of its own for the time of the set-up. */
function fetchBun() {
  const folder = mkdtempSync(join(tmpdir(), "streamgauge-"));
  const remove = () => rmSync(folder, { recursive: true, force: true });
  process.on("exit", remove);
  writeFileSync(join(folder, "package.json"), "{}");
  runNpm(
    ["install", "--ignore-scripts", "--no-save", "--loglevel=error", `bun@${version}`],
    folder,
  );
  repair(folder);
  return { bun: bunIn(folder), remove };
}

/** Where install scripts are switched off, the `bun` package stays a stub until its own installer has run. */
function repair(folder) {
  if (!completeBun(packageIn(folder)))
    fail(`Cannot install Bun ${version}: the package bun came without its program`);
}

function packageIn(folder) {
  return join(folder, "node_modules", "bun");
}

function bunIn(folder) {
  return programIn(packageIn(folder));
}

function runNpm(args, cwd) {
  const npm = process.env.npm_execpath;
  if (npm?.endsWith(".js")) run(process.execPath, [npm, ...args], { cwd });
  else if (process.platform === "win32") run("cmd.exe", ["/d", "/c", "npm", ...args], { cwd });
  else run("npm", args, { cwd });
}

/** Its output goes to stderr: stdout belongs to the answer. */
function run(program, args, options) {
  const result = spawnSync(program, args, { ...options, stdio: ["ignore", 2, 2] });
  if (result.status === 0) return;
  const reason = result.error?.message ?? `it ended with ${result.status ?? result.signal}`;
  fail(
    `Cannot set up: "${program} ${args.join(" ")}" failed: ${reason}\n` +
      "The packages come from the npm registry: check the network, the proxy, or set a mirror with\n" +
      "npm config set registry URL / 安装失败：请检查网络和代理，或用上面的命令设置 npm 镜像",
  );
}

function fail(message) {
  console.error(message);
  process.exit(1);
}
