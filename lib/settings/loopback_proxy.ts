const LOOPBACK = ["127.0.0.1", "localhost", "::1"];

/**
 * Adds loopback to `NO_PROXY`. With `HTTP_PROXY` set and no `NO_PROXY`, which is common on students' machines,
 * Bun's `fetch` sends even loopback requests to the proxy, where they fail. Call it before the first `fetch`.
 *
 * @example
 * ```ts
 * bypassProxyForLoopback(process.env);
 * ```
 */
export function bypassProxyForLoopback(environment: Record<string, string | undefined>): void {
  const given = `${environment["NO_PROXY"] ?? ""},${environment["no_proxy"] ?? ""}`.split(",");
  const hosts = given.map((host) => host.trim()).filter((host) => host !== "");
  const all = [...new Set([...hosts, ...LOOPBACK])].join(",");
  environment["NO_PROXY"] = all;
  if (environment["no_proxy"] !== undefined) environment["no_proxy"] = all;
}
