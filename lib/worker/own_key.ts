import { UserError } from "../base/message.ts";
import type { Secret } from "../base/secret.ts";
import type { RunSpec } from "../load/run_share.ts";
import { readBaseUrl } from "../settings/base_url.ts";
import { resolveEndpoint } from "../settings/endpoint.ts";
import type { Environment } from "../settings/environment.ts";
import { otherUrl } from "./messages.ts";

/**
 * A worker's own key for what a bench asks, by the host alone, as `resolveEndpoint` has it; `null` when none goes there. The
 * bench says where to send, and it is not to be trusted with a key: that of `--key-env` goes to the host of `--base-url` and to
 * no other.
 *
 * @throws {UserError} when the key of a service is missing or faulty.
 */
export function ownKey(
  { baseUrl, api }: Pick<RunSpec, "baseUrl" | "api">,
  {
    flags,
    environment,
  }: {
    readonly flags: { readonly baseUrl?: string | undefined; readonly keyEnv?: string | undefined };
    readonly environment: Environment;
  },
): Secret | null {
  const asked = readBaseUrl(baseUrl, "--base-url", { api });
  const own =
    flags.baseUrl === undefined ? null : readBaseUrl(flags.baseUrl, "--base-url", { api });
  const keyEnv = own?.origin === asked.origin ? flags.keyEnv : undefined;
  const endpoint = resolveEndpoint({ baseUrl, api, keyEnv }, environment);
  if (endpoint.baseUrl !== baseUrl) throw new UserError(otherUrl());
  return endpoint.key;
}
