import { expect, test } from "bun:test";
import { answersTo, hostNamesOf } from "../../../lib/server/http/host_names.ts";

const machine = "Workshop.lan";

/** Which of these a server answers to that listens so. */
function answered(
  host: string,
  { bound, headers }: { readonly bound: string; readonly headers: readonly string[] },
): string[] {
  const names = hostNamesOf(host, { bound, machine });
  return headers.filter((header) => answersTo(header, names));
}

const LOOPBACK = [
  "localhost",
  "LOCALHOST:8803",
  "localhost.:80",
  "app.localhost:1",
  "127.0.0.1",
  "127.0.0.1:8803",
  "127.8.9.10",
  "127.1",
  "[::1]",
  "[::1]:8803",
  "[0:0:0:0:0:0:0:1]",
  "[::ffff:127.0.0.1]:80",
];
const ADDRESSES = [
  "192.168.1.20:8000",
  "10.0.0.1",
  "8.8.8.8",
  "0.0.0.0",
  "[2001:db8::1]:80",
  "[fe80::1%25eth0]",
];
const FOREIGN = [
  "evil.example",
  "evil.example:8803",
  "localhost.evil.example",
  "127.0.0.1.evil.example",
  "notlocalhost",
  "127.0.0.1@evil.example",
  "evil.example/127.0.0.1",
  "127.0.0.1, evil.example",
  "127.0.0.1:80:80",
  "[::1",
  "[::1].evil.example",
  "[localhost]x",
  " ",
  ":8803",
];

test("a server on loopback answers to the names and addresses of loopback only", () => {
  const headers = [...LOOPBACK, ...ADDRESSES, ...FOREIGN, "workshop.lan"];
  for (const [host, bound] of [
    ["127.0.0.1", "127.0.0.1"],
    ["localhost", "127.0.0.1"],
    ["::1", "::1"],
    ["127.0.0.2", "127.0.0.2"],
  ] as const) {
    expect(answered(host, { bound, headers })).toEqual(LOOPBACK);
  }
});

test("a server past loopback answers to any address, and to the machine's name", () => {
  const headers = [...LOOPBACK, ...ADDRESSES, ...FOREIGN, "workshop.lan:80", "WORKSHOP.lan"];
  for (const host of ["0.0.0.0", "::", "192.168.1.20", "fe80::1%eth0"]) {
    expect(answered(host, { bound: host, headers })).toEqual([
      ...LOOPBACK,
      ...ADDRESSES,
      "workshop.lan:80",
      "WORKSHOP.lan",
    ]);
  }
});

test("a server answers to the name it was given, wherever that leads", () => {
  const headers = ["Gauge.test:8000", "gauge.test.", "workshop.lan", "other.test", "10.0.0.1"];
  const ours = ["Gauge.test:8000", "gauge.test."];
  expect(answered("gauge.TEST", { bound: "127.0.1.1", headers })).toEqual(ours);
  expect(answered("gauge.test", { bound: "10.0.0.1", headers })).toEqual([
    ...ours,
    "workshop.lan",
    "10.0.0.1",
  ]);
});

test("a request that names no host is answered", () => {
  const names = hostNamesOf("127.0.0.1", { bound: "127.0.0.1" });
  expect([answersTo(undefined, names), answersTo("", names)]).toEqual([true, true]);
});

test("the names are those that people have to know of, in lower case", () => {
  expect(hostNamesOf("127.0.0.1", { bound: "127.0.0.1", machine })).toEqual({
    isLoopback: true,
    names: [],
  });
  expect(hostNamesOf("localhost", { bound: "::1", machine })).toEqual({
    isLoopback: true,
    names: [],
  });
  expect(hostNamesOf("0.0.0.0", { bound: "0.0.0.0", machine })).toEqual({
    isLoopback: false,
    names: ["workshop.lan"],
  });
  expect(hostNamesOf("Gauge.test", { bound: "10.0.0.1", machine })).toEqual({
    isLoopback: false,
    names: ["gauge.test", "workshop.lan"],
  });
  expect(hostNamesOf("workshop.LAN", { bound: "10.0.0.1", machine })).toEqual({
    isLoopback: false,
    names: ["workshop.lan"],
  });
});
