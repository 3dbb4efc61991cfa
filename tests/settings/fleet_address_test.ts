import { expect, test } from "bun:test";
import { Secret } from "../../lib/base/secret.ts";
import { readFleetAddress } from "../../lib/settings/fleet_address.ts";
import type { Setting } from "../../lib/settings/environment.ts";

/** An environment in which the address of a fleet is set, or nothing. */
function withFleet(text?: string): { get(name: string): Setting | null } {
  const setting = { value: new Secret(text ?? "") } as Setting;
  return { get: (name) => (name === "STREAMGAUGE_FLEET" && text !== undefined ? setting : null) };
}

test("the address of a fleet is read with user, password, database and TLS", () => {
  const { password, ...address } = readFleetAddress(
    "rediss://me:p%40ss@redis.example:7000/3",
    withFleet(),
  );
  expect(address).toEqual({
    host: "redis.example",
    port: 7000,
    database: 3,
    isTls: true,
    user: "me",
    shown: "rediss://redis.example:7000/3",
  });
  expect(password?.reveal()).toBe("p@ss");
  const plain = readFleetAddress("redis://[::1]", withFleet());
  expect(plain).toMatchObject({
    host: "::1",
    port: 6379,
    database: 0,
    isTls: false,
    password: null,
  });
});

test("a password is used for its own host alone, and shown nowhere", () => {
  const kept = withFleet("redis://me:secret-9f2c@10.0.0.5:6379");
  expect(readFleetAddress(undefined, kept).password?.reveal()).toBe("secret-9f2c");
  expect(readFleetAddress("redis://10.0.0.5", kept)).toMatchObject({ user: "me" });
  expect(readFleetAddress("redis://10.0.0.5", kept).password?.reveal()).toBe("secret-9f2c");
  for (const other of ["redis://10.0.0.6", "redis://10.0.0.5:6380", "rediss://10.0.0.5"]) {
    expect(readFleetAddress(other, kept)).toMatchObject({ user: null, password: null });
  }
  expect(readFleetAddress("redis://you:other@10.0.0.5", kept)).toMatchObject({ user: "you" });
  expect(JSON.stringify(readFleetAddress(undefined, kept))).not.toContain("9f2c");
});

test("what is no address of a fleet is refused, and not repeated", () => {
  for (const text of [
    "10.0.0.5:6379",
    "http://10.0.0.5",
    "redis://",
    "redis://:secret-9f2c@",
    "redis://a/b",
    "redis://a b",
    "redis://:secret-9f2c@10.0.0.5/0?tls=1",
    "secret-9f2c",
  ]) {
    let said = "";
    try {
      readFleetAddress(text, withFleet());
    } catch (error) {
      said = String(error);
    }
    expect([text, said]).toEqual([text, expect.stringContaining("--fleet")]);
    expect(said).not.toContain("9f2c");
  }
  expect(() => readFleetAddress(undefined, withFleet())).toThrow(
    "neither --fleet nor STREAMGAUGE_FLEET",
  );
  expect(() => readFleetAddress(undefined, withFleet("x"))).toThrow(
    "STREAMGAUGE_FLEET is no address",
  );
});
