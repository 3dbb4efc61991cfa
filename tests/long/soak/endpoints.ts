/**
 * An endpoint for each protocol, with every fault, in a process of their own: it prints their base URLs, and then answers
 * each line of stdin with a line of JSON: `vitals`, or `close`, which closes them first.
 */
import { createInterface } from "node:readline";
import { PROTOCOLS } from "../../../lib/protocols/protocols.ts";
import { startLocalEndpoint } from "../../../lib/server/http/local_endpoint.ts";
import { FAULTS, faultySource } from "./faults.ts";
import { type Vitals, vitals } from "./vitals.ts";

/** What it says of itself. */
export interface EndpointVitals extends Vitals {
  /** Completions asked for, by protocol. */
  readonly served: Readonly<Record<string, number>>;
}

if (import.meta.main) {
  const served: Record<string, number> = {};
  const endpoints = await Promise.all(
    PROTOCOLS.map(({ name }) => {
      served[name] = 0;
      const onServed = (): void => void (served[name] = (served[name] ?? 0) + 1);
      return startLocalEndpoint({ source: faultySource(FAULTS), onServed });
    }),
  );
  process.stdout.write(`${JSON.stringify(endpoints.map(({ baseUrl }) => baseUrl))}\n`);
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === "close") await Promise.all(endpoints.map((endpoint) => endpoint.close()));
    process.stdout.write(`${JSON.stringify({ ...vitals(), served })}\n`);
  }
}
