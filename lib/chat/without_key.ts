import type { Failure } from "../measure/outcome.ts";
import { textToMask } from "../transcript/redact.ts";
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

/** The text with `[key]` in the place of the key, unless that is so short that it stands anywhere, as `none`. */
export function hideKey(text: string, key: Secret | null): string {
  const hidden = textToMask(key);
  return hidden === null ? text : text.replaceAll(hidden, String(key));
}
