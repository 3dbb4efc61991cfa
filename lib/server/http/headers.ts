/** @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.1 */
const HOP_BY_HOP = new Set([
  "connection",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** The headers that are meant for the other end, without those that belong to one connection, in lower case. */
export function endToEnd(
  headers: Iterable<readonly [string, string]>,
): (readonly [string, string])[] {
  const all = Array.from(headers, ([name, value]) => [name.toLowerCase(), value] as const);
  const named = new Set(
    all
      .filter(([name]) => name === "connection")
      .flatMap(([, value]) => value.split(",").map((word) => word.trim().toLowerCase())),
  );
  return all.filter(([name]) => !HOP_BY_HOP.has(name) && !named.has(name));
}
