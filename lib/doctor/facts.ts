import type { EndpointFlags } from "../settings/endpoint_choice.ts";
import type { Environment } from "../settings/environment.ts";
import type { Message } from "../base/message.ts";
import type { EnvText } from "./env_text.ts";
import type { ProxyEnvironment } from "../settings/proxy_choice.ts";

/** A `.env` file that was looked for. */
export type EnvFileFact =
  | { readonly state: "missing"; readonly path: string }
  | { readonly state: "too large"; readonly path: string }
  | { readonly state: "unreadable"; readonly path: string; readonly code: string }
  | ({ readonly state: "read"; readonly path: string } & EnvText);

/** A file whose name shows that it may be meant to be `.env`. */
export interface NeighbourFact {
  readonly path: string;
  /** The file that is read in its place. */
  readonly insteadOf: string;
  readonly holdsKey: boolean;
}

/** A `.env` file in the commits of a repository. */
export interface GitHistory {
  /** The newest commit that touched it. */
  readonly commit: string;
  /** What its versions hold: a key that `.env` holds now, only others, or none. */
  readonly keys: "current" | "other" | "none";
}

/** What git knows of one `.env` file. */
export type GitFact =
  /** There is no program `git`. */
  | { readonly state: "no git" }
  | { readonly state: "no repository"; readonly folder: string }
  /** In git's own words. */
  | { readonly state: "failed"; readonly folder: string; readonly words: string }
  | {
      readonly state: "repository";
      readonly folder: string;
      /** The file, without its folder. */
      readonly name: string;
      readonly tracked: boolean;
      readonly ignored: boolean;
      /** `null` if no commit of any branch ever had it. */
      readonly history: GitHistory | null;
      /** Staged files with lines that look like keys. */
      readonly stagedKeys: readonly string[];
      /** Files in the index, staged or committed, that hold a value of `.env`. */
      readonly leaks: readonly string[];
    };

/** Everything that is looked at before anything is sent. Nothing in it shows a key. */
export interface Facts {
  readonly windows: boolean;
  readonly bun: { readonly version: string; readonly wanted: string };
  readonly files: readonly EnvFileFact[];
  readonly neighbours: readonly NeighbourFact[];
  readonly git: readonly GitFact[];
  readonly proxies: ProxyEnvironment;
  readonly flags: EndpointFlags & { readonly demo?: boolean | undefined };
  /** The settings of all layers, or why they cannot be read. */
  readonly environment: Environment | Message;
}
