import { readBaseUrl } from "../settings/base_url.ts";
import { type EndpointSettings, resolveEndpoint } from "../settings/endpoint.ts";
import type { Environment } from "../settings/environment.ts";
import { inspectKey } from "../settings/key.ts";
import { providerNamed, PROVIDERS } from "../settings/providers.ts";
import { type Message, UserError } from "../base/message.ts";
import type { Secret } from "../base/secret.ts";
import { type Check, check } from "./check.ts";
import type { Facts } from "./facts.ts";
import { ownerOfShape } from "./key_shape.ts";
import {
  endpointChosen,
  endpointIsDemo,
  keyIsPlaceholder,
  keyOfAnotherProvider,
  keyShaped,
  keyUndecided,
  keyUnneeded,
  openAiKeyMayBeOther,
} from "./messages/endpoint.ts";

/** The endpoint that the settings choose. */
export interface EndpointFinding {
  readonly checks: readonly Check[];
  /** Where requests would go, `"demo"` for the built-in endpoint; `null` when that cannot be told. */
  readonly endpoint: EndpointSettings | "demo" | null;
}

/**
 * Judges endpoint and key as the other scripts choose them: once without asking for a key, for the endpoint, and once
 * as if something were sent, for the key.
 */
export function examineEndpoint({ flags, environment }: Facts): EndpointFinding {
  if (flags.demo) {
    const checks = [
      check("endpoint", { status: "ok", message: endpointIsDemo() }),
      check("key", { status: "ok", message: keyUnneeded() }),
    ];
    return { checks, endpoint: "demo" };
  }
  if ("cause" in environment) return undecided(environment);
  const chosen = attempt(() => resolveEndpoint({ ...flags, dryRun: true }, environment));
  if (!chosen.done) return undecided(chosen.message);
  const sent = attempt(() => resolveEndpoint({ ...flags, dryRun: false }, environment));
  const settings = sent.done ? sent.value : chosen.value;
  const ofBaseUrl = baseUrlWarnings(settings, { flags, environment });
  const keyChecks = sent.done
    ? examineKey(settings, ofBaseUrl)
    : [check("key", { status: "error", message: sent.message })];
  return {
    endpoint: settings,
    checks: [
      check("endpoint", { status: "ok", message: endpointChosen(settings) }),
      ...ofBaseUrl.map((message) => check("base_url", { status: "warning", message })),
      ...keyChecks,
    ],
  };
}

function undecided(message: Message): EndpointFinding {
  const checks = [
    check("endpoint", { status: "error", message }),
    check("key", { status: "skipped", message: keyUndecided() }),
  ];
  return { checks, endpoint: null };
}

function examineKey(settings: EndpointSettings, ofBaseUrl: readonly Message[]): Check[] {
  const known = new Set(ofBaseUrl.map(({ cause }) => cause.en));
  const warnings = settings.warnings.filter(({ cause }) => !known.has(cause.en));
  const wrong = wrongVariable(settings);
  const found = [...warnings, ...(wrong === null ? [] : [wrong])];
  const checks = found.map((message) => check("key", { status: "warning", message }));
  if (settings.key !== null && isPlaceholder(settings.key)) {
    return [check("key", { status: "warning", message: keyIsPlaceholder(settings) }), ...checks];
  }
  if (settings.key !== null) {
    return [check("key", { status: "ok", message: keyShaped(settings) }), ...checks];
  }
  return checks.length > 0 ? checks : [check("key", { status: "ok", message: keyUnneeded() })];
}

/** Only this machine's servers get such a key. Any bare word, such as `none`, may be theirs. */
function isPlaceholder(key: Secret): boolean {
  const found = inspectKey(key.reveal());
  return !found.usable && found.fault === "placeholder" && !/^[a-z]+$/i.test(key.reveal());
}

/** A key that looks like another service's than the one it goes to. */
function wrongVariable({ key, keyVariable, provider, choice }: EndpointSettings): Message | null {
  if (key === null || keyVariable === null || provider === null) return null;
  const owner = ownerOfShape(key.reveal());
  if (owner !== null && owner !== provider.name) {
    const row = providerNamed(owner);
    return row === null ? null : keyOfAnotherProvider(keyVariable, row);
  }
  const [siliconFlow] = PROVIDERS;
  const isByChance = choice.by === "variable" && choice.name === "OPENAI_API_KEY";
  return isByChance && owner === null && siliconFlow !== undefined
    ? openAiKeyMayBeOther(siliconFlow)
    : null;
}

/** What was mended in the base URL, if one was given. */
function baseUrlWarnings(
  { choice }: EndpointSettings,
  { flags, environment }: { flags: Facts["flags"]; environment: Environment },
): readonly Message[] {
  if (flags.baseUrl !== undefined) return readBaseUrl(flags.baseUrl, "--base-url", flags).warnings;
  if (choice.by !== "variable" || choice.name !== "OPENAI_BASE_URL") return [];
  const text = environment.get("OPENAI_BASE_URL")?.value.reveal() ?? "";
  return readBaseUrl(text, "OPENAI_BASE_URL", flags).warnings;
}

type Attempt<Value> =
  | { readonly done: true; readonly value: Value }
  | { readonly done: false; readonly message: Message };

function attempt<Value>(action: () => Value): Attempt<Value> {
  try {
    return { done: true, value: action() };
  } catch (error) {
    if (error instanceof UserError) return { done: false, message: error.userMessage };
    throw error;
  }
}
