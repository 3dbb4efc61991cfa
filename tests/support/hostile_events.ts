import fc from "fast-check";

const TYPES =
  "response.created response.queued response.output_item.added response.output_item.done response.content_part.added " +
  "response.content_part.done response.output_text.delta response.output_text.done response.refusal.delta " +
  "response.refusal.done response.reasoning_text.delta response.reasoning_summary_text.delta " +
  "response.reasoning_summary_part.done response.function_call_arguments.delta response.function_call_arguments.done " +
  "response.custom_tool_call_input.delta response.audio.transcript.delta response.audio.delta response.x.delta " +
  "response.completed response.incomplete response.failed response.cancelled response.done response. error ping " +
  "message_start message_delta message_stop content_block_start content_block_delta content_block_stop message";
const KEYS =
  "type delta text item part response message content_block item_id output_index content_index summary_index index id " +
  "call_id name arguments input code output content summary refusal transcript status error code message usage " +
  "input_tokens output_tokens cache_read_input_tokens incomplete_details reason thinking partial_json stop_reason " +
  "object choices toString valueOf __proto__ constructor";
const ITEMS =
  "function_call custom_tool_call message reasoning output_text refusal tool_use thinking text x";
const leaf = fc.oneof(
  fc.constantFrom<unknown>(null, true, false, 0, -1, 1e308, 3, "", "a", "{}", '{"a":', "<think>"),
  fc.constantFrom(...ITEMS.split(" "), "completed", "incomplete", "failed", "steered", "end_turn"),
);
/** Any JSON value, out of the words of Responses and Messages. */
export const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 3 }),
    fc
      .array(fc.tuple(fc.constantFrom(...KEYS.split(" ")), tie("value")), { maxLength: 5 })
      .map((entries) => {
        const text = entries.map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`);
        return JSON.parse(`{${text.join(",")}}`) as unknown;
      }),
  ),
}));
/** An event of Responses or Messages in which anything may be anything. */
export const typed = fc
  .tuple(fc.constantFrom(...TYPES.split(" ")), value)
  .map(([type, fields]): unknown =>
    typeof fields === "object" && fields !== null
      ? Object.assign({ type }, fields, { type })
      : { type },
  );
/** A line or an event of a body that holds such events, or anything else. */
export const typedLine: fc.Arbitrary<string> = fc.oneof(
  typed.map((one) => `data: ${JSON.stringify(one)}\n\n`),
  typed.map((one) => `event: error\ndata: ${JSON.stringify(one)}\n\n`),
  typed.map((one) => `${JSON.stringify(one)}\n`),
  fc.constantFrom("data: [DONE]\n\n", "event: response.created\n", "data: {\n", "\n"),
);
