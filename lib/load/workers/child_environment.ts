/** What a program needs to run at all: where things are, the language, the zone, how Bun is set up. */
const BASE =
  /^(?:path|pathext|home|tmp|temp|tmpdir|lang|language|lc_\w+|tz|shell|user|logname|term|systemroot|systemdrive|windir|comspec|userprofile|username|homedrive|homepath|appdata|localappdata|programdata|programfiles(?:\(x86\))?|xdg_\w+|ld_library_path|dyld_\w+|nix_ld\w*|bun_(?:options|tmpdir|install|gc_timer_disable|jsc_\w+|runtime_transpiler_cache_path|config_dns_time_to_live_seconds|config_max_http_requests))$/i;

/** What decides which way requests take, and whom they trust. A proxy's address may hold its password. */
const NETWORK =
  /^(?:(?:https?|all|no)_proxy|node_extra_ca_certs|node_use_system_ca|node_tls_reject_unauthorized|node_options|ssl_cert_(?:file|dir))$/i;

/** `GIT_DIR`, `GIT_INDEX_FILE` and the like lead git where its user works. */
const GIT = /^git_\w+$/i;

/** Programs that ask for a password, and passwords. */
const SECRETIVE = /askpass|token|password|secret|credential|passphrase|_key$/i;

const ALLOWED = {
  /** It neither sends nor asks git anything. */
  alone: [BASE],
  /** It sends requests. */
  network: [BASE, NETWORK],
  git: [BASE, GIT],
} as const;

/**
 * The environment of a child process: what is on a short list, so that no key stands in it, and nothing else. Any program of
 * the same user can read the environment of a process, and a child of a child inherits it. Names count in any letter case,
 * as on Windows.
 *
 * @example
 * ```ts
 * childEnvironment({ PATH: "/bin", OPENAI_API_KEY: "sk-…" }, "network"); // { PATH: "/bin" }
 * ```
 */
export function childEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  purpose: keyof typeof ALLOWED,
): Record<string, string> {
  const allowed: readonly RegExp[] = ALLOWED[purpose];
  return Object.fromEntries(
    Object.entries(environment).filter((entry): entry is [string, string] => {
      const [name, value] = entry;
      if (value === undefined || SECRETIVE.test(name)) return false;
      return allowed.some((names) => names.test(name));
    }),
  );
}
