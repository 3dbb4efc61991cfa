import type { Micros } from "../../base/time.ts";

/** Why a choice ends, in the words of chat completions. */
export type SaidFinish = "stop" | "length" | "tool_calls";

/**
 * One thing that a simulated completion says, whatever the protocol, and when: µs since the request. What is said at one
 * time goes out in one piece. A call is followed by its arguments, and these by the next call.
 */
export type Said = SaidByNow & { readonly at: Micros };

/** The same, before it is known when. */
export type SaidByNow =
  | { readonly kind: "accepted" }
  | SaidOfChoice
  /** The last: all choices have finished. */
  | { readonly kind: "end"; readonly completionTokens: number; readonly reasoningTokens: number };

/** What one choice says. */
export type SaidOfChoice = { readonly choice: number } & (
  | { readonly kind: "reasoning" | "text"; readonly text: string }
  | {
      readonly kind: "call";
      /** Its place among the calls of the choice. */
      readonly index: number;
      readonly id: string;
      readonly name: string;
    }
  | { readonly kind: "arguments"; readonly index: number; readonly text: string }
  | {
      readonly kind: "finish";
      readonly reason: SaidFinish;
      /** The text that was to stop the answer, and did. */
      readonly stopSequence: string | null;
    }
);
