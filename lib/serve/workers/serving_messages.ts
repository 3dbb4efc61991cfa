import type { Fault } from "../../server/reply/fault.ts";
import type { HostNames } from "../../server/http/host_names.ts";
import type { ServedRequest } from "../../server/http/http_server.ts";
import type { SourcePlan } from "../sources.ts";

/** What one of several processes is to serve. Plain data: it goes there as it is. */
export interface ServingShare {
  readonly source: SourcePlan;
  readonly faults: readonly Fault[];
  readonly stamp: boolean;
  readonly host: string;
  /** All of them listen on it. */
  readonly port: number;
  readonly allowOrigins: readonly string[];
  /** Which of them it is, from 0 on. */
  readonly worker: number;
  /** It tells of each request. */
  readonly isLogged: boolean;
}

/** What it is told. */
export type ToServing =
  { readonly kind: "serve"; readonly share: ServingShare } | { readonly kind: "stop" };

/** What it tells. */
export type FromServing =
  /** It can be given its share. */
  | { readonly kind: "ready" }
  | { readonly kind: "listening"; readonly baseUrl: string; readonly names: HostNames }
  /** It cannot listen. `code` is the system's. */
  | { readonly kind: "refused"; readonly code: string; readonly message: string }
  | { readonly kind: "served"; readonly request: ServedRequest }
  /** It has stopped, and told everything. */
  | { readonly kind: "stopped" };
