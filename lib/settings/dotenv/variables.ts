import process from "node:process";
import { expandVariables } from "./expansion.ts";
import { type WrittenVariable, writtenVariables } from "./syntax.ts";

/**
 * The variables in the text of a `.env` file, by the rules of `@std/dotenv`: an object without prototype, so that what is
 * not set is not found. Nothing is printed: `onIgnored` gets each name that is none, which may be a key.
 *
 * @throws {EnvExpansionError} as `parse` does.
 *
 * @example
 * ```ts
 * variablesIn("A=1\nB-C=2").A; // "1"
 * ```
 */
export function variablesIn(
  text: string,
  { onIgnored }: { readonly onIgnored?: ((name: string) => void) | undefined } = {},
): Record<string, string> {
  const written = new Map<string, WrittenVariable>();
  for (const variable of writtenVariables(text, { onIgnored })) {
    written.set(variable.name, variable);
  }
  const variables: Record<string, string> = Object.create(null);
  for (const [name, value] of expandVariables(written, processVariable)) variables[name] = value;
  return variables;
}

/** Only an own property is a variable: `process.env.toString` is a function. */
export function processVariable(name: string): string | undefined {
  return Object.hasOwn(process.env, name) ? process.env[name] : undefined;
}
