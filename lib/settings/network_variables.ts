import { reallyExported } from "./really_exported.ts";

/** Variables that lead requests elsewhere, trust whom they should not, or make a child process run what they name. */
const LEADS_REQUESTS =
  /^(?:(?:https?|all|no)_proxy|node_tls_reject_unauthorized|node_extra_ca_certs|node_use_system_ca|ssl_cert_(?:file|dir)|(?:bun|node)_options|(?:ld|dyld|nix_ld)_\w+|git_\w+)$/i;

/**
 * Takes back what Bun loaded on its own from the `.env` files of the current folder and what would lead requests astray:
 * with a proxy and no check of certificates, a folder from elsewhere could listen to a key. What was exported stays.
 * To be called before anything is sent.
 */
export function forgetLoadedNetworkVariables(): void {
  const names = Object.keys(process.env).filter((name) => LEADS_REQUESTS.test(name));
  if (names.length === 0) return;
  const exported = reallyExported(process.cwd());
  for (const name of names) if (!Object.hasOwn(exported, name)) delete process.env[name];
}
