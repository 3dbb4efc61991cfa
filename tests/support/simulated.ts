import type { LocalEndpoint } from "../../lib/server/http/local_endpoint.ts";
import { type Fault, withFaults } from "../../lib/server/reply/fault.ts";
import type { SimulatedModel } from "../../lib/server/reply/simulate.ts";
import { SimulatedSource } from "../../lib/server/reply/simulated_source.ts";
import { serving } from "./serving.ts";

/** Three tokens of reasoning and six of an answer, as fast as can be. */
export const QUICK: SimulatedModel = {
  ttft: 0,
  tps: 1_000_000,
  tokens: 9,
  reasoning: 3,
  chunk: 1,
  jitter: 0,
};

/** Serves a simulated model, with these faults. It is closed at the end of the test. */
export function servingModel(
  model: Partial<SimulatedModel> = {},
  { faults = [] }: { readonly faults?: readonly Fault[] } = {},
): Promise<LocalEndpoint & AsyncDisposable> {
  const source = new SimulatedSource({ ...QUICK, ...model }, { seed: 1 });
  return serving(withFaults(source, faults));
}

/** The base URL for clients that add `/v1` by themselves. */
export function rootOf({ baseUrl }: Pick<LocalEndpoint, "baseUrl">): string {
  return baseUrl.slice(0, -"/v1".length);
}

/** How a promise failed. */
export async function failureOf(promise: PromiseLike<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof Error) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

/** The schema of a tool's arguments, or of an answer. */
export const CITY = {
  type: "object",
  properties: { city: { type: "string" }, days: { type: "integer", minimum: 1, maximum: 7 } },
  required: ["city", "days"],
  additionalProperties: false,
} as const;
