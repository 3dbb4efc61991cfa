/** Runs before every test file: test servers are on loopback, and a proxy must not get between. */
import { bypassProxyForLoopback } from "../../lib/settings/loopback_proxy.ts";
import { isLongSearch, runs } from "./runs.ts";

bypassProxyForLoopback(process.env);

// The properties that say no number of their own have fast-check's.
if (isLongSearch) {
  const { default: fc } = await import("fast-check");
  fc.configureGlobal({ numRuns: runs(100) });
}
