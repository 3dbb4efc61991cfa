/**
 * A simulated model in a process of its own, so that its work does not make the process late that measures it. It prints
 * its base URL when it is ready, and ends when it is told to, or with the process that started it.
 *
 * @module
 */

import { startLocalEndpoint } from "../../server/http/local_endpoint.ts";
import { SimulatedSource } from "../../server/reply/simulated_source.ts";
import { readSimulation } from "../../server/values.ts";
import { asObject, asText, parseJson } from "../../base/json.ts";

const given = asObject(parseJson(process.argv.at(-1) ?? ""));
const text = asText(given?.["simulate"]) ?? "";
const { model, concurrency } = readSimulation({ flag: "simulate", text });
const stamp = given?.["stamp"] === true;
const source = new SimulatedSource(model, { seed: Number(given?.["seed"]), concurrency, stamp });
const { baseUrl } = await startLocalEndpoint({ source, stamp });
// The terminal's Ctrl-C is for the process that measures: what is in flight then is to be answered.
process.on("SIGINT", () => {});
// The channel says nothing; it is there to break with the process that started this one, however that ends.
process.on("disconnect", () => process.exit());
process.stdout.write(`${baseUrl}\n`);
