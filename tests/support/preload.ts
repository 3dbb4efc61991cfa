/** Runs before every test file: test servers are on loopback, and a proxy must not get between. */
import { bypassProxyForLoopback } from "../../lib/settings/loopback_proxy.ts";

bypassProxyForLoopback(process.env);
