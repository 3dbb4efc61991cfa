/** How people call the toolkit: a script of a checkout, or the one command of an installed package. */
export type InvocationStyle = "script" | "command";

let style: InvocationStyle = "script";

/** Says how this process was called. Help, usage lines and messages name what was typed. */
export function setInvocationStyle(called: InvocationStyle): void {
  style = called;
}

/**
 * What is typed to call a verb: `bun scripts/ask.ts`, or `streamgauge ask`.
 *
 * @example
 * ```ts
 * invocation("ask"); // "bun scripts/ask.ts"
 * ```
 */
export function invocation(verb: string): string {
  return style === "script" && verb !== ""
    ? `bun scripts/${verb}.ts`
    : `streamgauge ${verb}`.trim();
}
