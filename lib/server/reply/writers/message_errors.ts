/** What Anthropic calls its errors, by their status. */
const TYPES: ReadonlyMap<number, string> = new Map([
  [400, "invalid_request_error"],
  [401, "authentication_error"],
  [402, "billing_error"],
  [403, "permission_error"],
  [404, "not_found_error"],
  [413, "request_too_large"],
  [429, "rate_limit_error"],
  [500, "api_error"],
  [504, "timeout_error"],
  [529, "overloaded_error"],
]);

/** The type of an error with that status. */
export function messageErrorType(status: number): string {
  return TYPES.get(status) ?? (status >= 500 ? "api_error" : "invalid_request_error");
}

/** The status of an error of that type; 500 where it is none of Anthropic's. */
export function messageErrorStatus(type: unknown): number {
  for (const [status, name] of TYPES) if (name === type) return status;
  return 500;
}
