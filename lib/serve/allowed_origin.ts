import { UserError } from "../base/message.ts";
import type { Given } from "../command/flag_values.ts";
import { notOrigin } from "./messages.ts";

/**
 * A web page's origin, as its browser sends it: scheme, host and port, no more. Also `*`, any page, and `null`, what a
 * page opened from a file sends.
 *
 * ```ts
 * readOrigin({ flag: "--allow-origin", text: "HTTP://localhost:80" }); // "http://localhost"
 * ```
 *
 * @throws {UserError} if it is none, with the origin that was meant, where that can be told
 */
export function readOrigin({ flag, text }: Given): string {
  if (text === "*" || text === "null") return text;
  // An app's own scheme, such as `tauri://localhost`, has no other form.
  if (/^(?!https?:|file:)[a-z][a-z\d+.-]*:\/\/[\w.-]+(?::\d+)?$/i.test(text))
    return text.toLowerCase();
  const meant = originIn(text);
  if (meant !== null && /^https?:\/\/[^/?#@\\\s]+$/i.test(text)) return meant;
  throw new UserError(notOrigin(flag, { text, meant }));
}

function originIn(text: string): string | null {
  if (/^file:/i.test(text)) return "null";
  if (text.includes("*")) return null;
  const url = URL.parse(text.includes("://") ? text : `http://${text}`);
  return url !== null && /^https?:$/.test(url.protocol) ? url.origin : null;
}
