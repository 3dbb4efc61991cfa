import type { ProtocolName } from "./protocol.ts";

/** OpenAI's Responses refuse a limit below this. */
const FEWEST_OF_RESPONSES = 16;

/**
 * The lowest limit for the tokens of an answer that every endpoint takes over this protocol: for requests of which only the
 * way counts.
 *
 * @example
 * ```ts
 * fewestTokens("chat"); // 1
 * fewestTokens("responses"); // 16
 * ```
 *
 * @see https://platform.openai.com/docs/api-reference/responses/create#responses_create-max_output_tokens
 */
export function fewestTokens(api: ProtocolName): number {
  return api === "responses" ? FEWEST_OF_RESPONSES : 1;
}
