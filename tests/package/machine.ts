import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

/** What a program said, and its exit code. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly error: string;
}

/** An empty folder with an empty home, on which Node and npm are installed and nothing else. */
export class Machine implements Disposable {
  readonly #root = mkdtempSync(join(tmpdir(), "streamgauge package-"));
  readonly folder = join(this.#root, "project");
  /** What programs get, unless they are given another. */
  readonly environment: Record<string, string>;

  constructor() {
    const node = Bun.which("node");
    const npm = Bun.which("npm");
    if (node === null || npm === null)
      throw new Error("Node and npm are needed to try the package");
    const [home, programs] = ["home", "programs"].map((name) => join(this.#root, name)) as [
      string,
      string,
    ];
    for (const folder of [home, programs, this.folder]) mkdirSync(folder);
    for (const program of ["node", "npm", "npx"]) {
      symlinkSync(join(dirname(program === "node" ? node : npm), program), join(programs, program));
    }
    this.environment = { PATH: `${programs}:/usr/bin:/bin`, HOME: home, ...packageSource() };
  }

  /** Runs a program in the project; `environment` takes the place of the machine's. */
  async run(
    command: readonly string[],
    {
      environment = this.environment,
      cwd = this.folder,
    }: {
      readonly environment?: Readonly<Record<string, string>>;
      readonly cwd?: string;
    } = {},
  ): Promise<Ran> {
    const child = Bun.spawn([...command], {
      cwd,
      env: environment,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: 120_000,
    });
    const [out, error, code] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
      child.exited,
    ]);
    return { code, out, error };
  }

  /** Another empty folder. */
  newFolder(name: string): string {
    const folder = join(this.#root, name);
    mkdirSync(folder);
    return folder;
  }

  [Symbol.dispose](): void {
    chmodSync(this.#root, 0o755);
    rmSync(this.#root, { recursive: true, force: true });
  }
}

/** Where npm gets packages here: an empty home has no mirror, and no cache either. */
function packageSource(): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of ["registry", "cache"]) {
    const { stdout } = Bun.spawnSync(["npm", "config", "get", name]);
    given[`npm_config_${name}`] = stdout.toString().trim();
  }
  for (const [name, value] of Object.entries(process.env)) {
    if (value !== undefined && /^(?:https?|no)_proxy$|^node_extra_ca_certs$/i.test(name)) {
      given[name] = value;
    }
  }
  return given;
}
