import fc from "fast-check";

const KEYS =
  "choices delta message content refusal tool_calls function arguments function_call index id name " +
  "text type thinking reasoning summary reasoning_details usage prompt_tokens completion_tokens " +
  "total_tokens completion_tokens_details reasoning_tokens x_groq error code detail loc msg cause " +
  "details metadata raw base_resp status_code object model system_fingerprint finish_reason " +
  "toString __proto__ constructor length";
const key = fc.constantFrom(...KEYS.split(" "));
const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, 3, "", "stop", "error", "null"),
  fc.constantFrom("[DONE]", "{}", "\ud83d", "\ude0a", "<think>", "</think>", "a".repeat(300)),
  fc.constant('{"error":{"message":"x"}}'),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc.array(fc.tuple(key, tie("value")), { maxLength: 4 }).map((entries) => {
      const text = entries.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`);
      return JSON.parse(`{${text.join(",")}}`) as unknown;
    }),
  ),
}));
/** A chunk of chat completions in which anything may be anything. */
export const chunk = fc.oneof(
  value,
  value.map((delta) => ({ choices: [{ index: 0, delta }] })),
  value.map((tool) => ({ choices: [{ delta: { tool_calls: [{ function: tool }, tool] } }] })),
  value.map((error) => ({ error })),
  value.map((usage) => ({ usage })),
);
/** A line or an event of a body that holds such chunks, or anything else. */
export const chunkLine: fc.Arbitrary<string> = fc.oneof(
  chunk.map((one) => `data: ${JSON.stringify(one)}\n\n`),
  chunk.map((one) => `${JSON.stringify(one)}\n`),
  chunk.map((one) => `event: error\ndata: ${JSON.stringify(one)}\n\n`),
  chunk.map((one) => `data: ${JSON.stringify(one, null, 1).replaceAll("\n", "\n ")}\n\n`),
  fc.constantFrom(
    "data: [DONE]\n\n",
    "data: {\n",
    "}\n",
    "\n",
    "\r",
    "\uFEFF",
    "error: x\n",
    "id\n",
  ),
  fc.string({ maxLength: 20 }),
);
