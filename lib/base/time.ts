/** Microseconds since the request was handed to `fetch`, a whole number on the monotonic clock. */
export type Micros = number;
