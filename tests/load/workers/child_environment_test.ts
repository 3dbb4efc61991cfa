import { expect, test } from "bun:test";
import fc from "fast-check";
import { childEnvironment } from "../../../lib/load/workers/child_environment.ts";

const GIVEN = {
  PATH: "/bin",
  HOME: "/home/me",
  LANG: "C",
  LC_ALL: "C",
  TZ: "UTC",
  TMPDIR: "/tmp",
  BUN_OPTIONS: "--smol",
  HTTPS_PROXY: "http://proxy:1",
  no_proxy: "localhost",
  NODE_EXTRA_CA_CERTS: "/ca.pem",
  SSL_CERT_FILE: "/ca.pem",
  GIT_DIR: "/repository/.git",
  GIT_CONFIG_COUNT: "1",
  GIT_CONFIG_KEY_0: "safe.directory",
  GIT_CONFIG_VALUE_0: "*",
  OPENAI_API_KEY: "sk-1",
  SILICONFLOW_API_KEY: "sk-2",
  MY_KEY: "sk-3",
  OPENAI_BASE_URL: "http://127.0.0.1/v1",
  BUN_CONFIG_TOKEN: "t",
  BUN_CONFIG_VERBOSE_FETCH: "curl",
  GIT_ASKPASS: "/askpass",
  GITHUB_TOKEN: "t",
  GIT_TOKEN: "t",
  NPM_CONFIG_AUTH: "t",
};

const BASE = ["PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "BUN_OPTIONS"];

test("a child gets what it needs to run, and no key", () => {
  expect(Object.keys(childEnvironment(GIVEN, "alone"))).toEqual(BASE);
});

test("a child that sends gets the way to the network too", () => {
  const names = ["HTTPS_PROXY", "no_proxy", "NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];
  expect(Object.keys(childEnvironment(GIVEN, "network"))).toEqual([...BASE, ...names]);
});

test("git gets where its user works, and nothing that asks for a password or is one", () => {
  const names = ["GIT_DIR", "GIT_CONFIG_COUNT", "GIT_CONFIG_KEY_0", "GIT_CONFIG_VALUE_0"];
  expect(Object.keys(childEnvironment(GIVEN, "git"))).toEqual([...BASE, ...names]);
});

test("names count in any letter case, as on Windows, and values go through as they are", () => {
  const given = { Path: "C:\\bin", SystemRoot: "C:\\Windows", ComSpec: "cmd", APPDATA: "C:\\a" };
  expect(childEnvironment(given, "alone")).toEqual(given);
  expect(childEnvironment({ PATH: undefined }, "alone")).toEqual({});
});

test("whatever a key is called, it is not handed on", () => {
  const names = fc
    .tuple(
      fc.stringMatching(/^[A-Z][A-Z0-9_]{0,12}$/),
      fc.constantFrom("_API_KEY", "_TOKEN", "_KEY"),
    )
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(names, fc.constantFrom("alone", "network", "git"), (name, purpose) => {
      expect(childEnvironment({ [name]: "sk-1" }, purpose as "alone")).toEqual({});
    }),
  );
});
