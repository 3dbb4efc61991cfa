import type { Micros } from "../base/time.ts";

/** Which of the time limits ran out. */
export type TimerName = "total" | "first_byte" | "idle";

/** How an exchange came to its end. */
export type Ending =
  | { readonly kind: "interrupted" }
  | { readonly kind: "timed_out"; readonly timer: TimerName; readonly limit: Micros }
  /** No response head came: refused, DNS, TLS, reset. */
  | { readonly kind: "no_response"; readonly code: string | null; readonly message: string }
  /** The body ended: the receiver had all it wanted, or the connection was closed in order. */
  | { readonly kind: "ended"; readonly status: number }
  /** What came could not be read, by a fault of ours: `message` says where. `status` is `null` without a head. */
  | { readonly kind: "fault"; readonly status: number | null; readonly message: string }
  /** The body broke off: reset, a short content-length, text that cannot be split. */
  | {
      readonly kind: "broken";
      readonly status: number;
      readonly code: string | null;
      readonly message: string;
    };
