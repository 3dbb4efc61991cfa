import type { Failure } from "../measure/outcome.ts";
import type { Secret } from "../wire/secret.ts";

/** The failure with `[key]` where the endpoint repeats the key in its error, as some do. */
export function failureWithoutKey(failure: Failure, key: Secret | null): Failure {
  const { code, message } = failure;
  return {
    ...failure,
    code: code === null ? null : hideKey(code, key),
    message: hideKey(message, key),
  };
}

/** The text with `[key]` in the place of the key. */
export function hideKey(text: string, key: Secret | null): string {
  return key === null ? text : text.replaceAll(key.reveal(), String(key));
}
