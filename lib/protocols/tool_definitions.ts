import { asArray, asObject, asText, type JsonObject } from "../base/json.ts";
import type { ProtocolName } from "./protocol.ts";

/** A tool that a model may call, whatever the protocol. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string | null;
  /** The JSON schema of its arguments. */
  readonly parameters: JsonObject;
}

/** Why there are no tools in a value: it holds no list of them, or the entry at this place (from 1 on) has no name. */
export type ToolProblem =
  { readonly kind: "no_list" } | { readonly kind: "no_name"; readonly entry: number };

/**
 * The tools in a value, in the form of any protocol: a list of them, or an object with `tools`, as a whole request has.
 *
 * @example
 * ```ts
 * toolsFrom([{ type: "function", function: { name: "f" } }]);
 * // { tools: [{ name: "f", description: null, parameters: { type: "object", properties: {} } }] }
 * ```
 */
export function toolsFrom(
  value: unknown,
): { readonly tools: readonly ToolDefinition[] } | { readonly problem: ToolProblem } {
  const entries = asArray(Array.isArray(value) ? value : asObject(value)?.["tools"]);
  if (entries.length === 0) return { problem: { kind: "no_list" } };
  const tools: ToolDefinition[] = [];
  for (const [index, entry] of entries.entries()) {
    const outer = asObject(entry) ?? {};
    const tool = asObject(outer["function"]) ?? outer;
    const name = asText(tool["name"]);
    if (name === null || name === "") return { problem: { kind: "no_name", entry: index + 1 } };
    const parameters = asObject(tool["parameters"]) ?? asObject(tool["input_schema"]);
    tools.push({
      name,
      description: asText(tool["description"]),
      parameters: parameters ?? { type: "object", properties: {} },
    });
  }
  return { tools };
}

/** The tools in the form of a protocol, for its field `tools`; `null` where it has none. */
export function toolsOver(
  api: ProtocolName,
  tools: readonly ToolDefinition[],
): JsonObject[] | null {
  if (api === "completions") return null;
  return tools.map(({ name, description, parameters }) => {
    const named = { name, ...(description === null ? {} : { description }) };
    if (api === "messages") return { ...named, input_schema: parameters };
    return api === "responses"
      ? { type: "function", ...named, parameters }
      : { type: "function", function: { ...named, parameters } };
  });
}
