import { type Message, UserError } from "../base/message.ts";
import type { ModelsEndpoint } from "../chat/models.ts";
import { DEFAULT_MAX_TOKENS } from "../protocols/messages.ts";
import type { CompletionRequest, EndpointFields, Feature } from "../protocols/protocol.ts";
import { PROTOCOLS, protocolNamed } from "../protocols/protocols.ts";
import type { EndpointSettings } from "../settings/endpoint.ts";
import type { Provider } from "../settings/providers.ts";
import { limitSet, notInProtocol } from "./messages/protocol.ts";

/** What a target says of how to ask it. */
export type Asked = Pick<EndpointSettings, "baseUrl" | "api" | "keyHeader" | "provider" | "key">;

/** What the endpoint calls body fields that others call otherwise. */
export function fieldsOf(provider: Provider | null): EndpointFields {
  const { maxTokensField, minTokensField, ignoreEosField } = provider ?? {};
  return { maxTokensField, minTokensField, ignoreEosField };
}

/** Where a feature that the protocol lacks came from, for people: `--seed`, or the pictures of a file. */
export type FeatureNames = Partial<Record<Feature, string>>;

const FLAGS: Readonly<Record<Feature, string>> = {
  seed: "--seed",
  stop: "--stop",
  schema: "--schema",
  image: "--image",
  tools: "--continue",
};

/**
 * Refuses what the protocol has no field for, before anything is sent.
 *
 * @throws {UserError} for the first such thing; it names the flag, the protocol, and those that have it.
 */
export function checkAsked(
  asked: Pick<CompletionRequest, "messages" | "sampling" | "schema">,
  {
    api,
    provider,
    names = {},
  }: Pick<EndpointSettings, "api" | "provider"> & { readonly names?: FeatureNames },
): void {
  const request = { ...asked, baseUrl: "", model: "", key: null };
  const [feature] = protocolNamed(api).lacks(request);
  if (feature === undefined) return;
  const others = PROTOCOLS.filter(
    ({ name, lacks }) => lacks(request).length === 0 && provider?.apis[name] !== false,
  );
  throw new UserError(
    notInProtocol(feature, {
      flag: names[feature] ?? FLAGS[feature],
      api,
      others: others.map(({ name }) => name),
    }),
  );
}

/** For `--verbose`: the limit that was set because the protocol has to have one; `null` where none was. */
export function limitMessage({
  api,
  sampling = {},
  parameters = {},
}: Pick<CompletionRequest, "api" | "sampling" | "parameters">): Message | null {
  const isSet = sampling.maxTokens !== undefined || sampling.exactTokens !== undefined;
  if (api !== "messages" || isSet || "max_tokens" in parameters) return null;
  return limitSet(DEFAULT_MAX_TOKENS);
}

/**
 * Where an endpoint lists its models, and how it is asked for them: as for a completion, but for services that have this
 * protocol at a place of its own.
 */
export function modelsEndpoint(
  { baseUrl, api, keyHeader, provider, key }: Asked,
  headers: Readonly<Record<string, string>>,
): ModelsEndpoint {
  if (provider !== null && typeof provider.apis[api] === "string") {
    return { baseUrl: provider.baseUrl, key, headers };
  }
  const protocol = protocolNamed(api);
  return {
    baseUrl,
    key,
    keyHeader: keyHeader ?? protocol.keyHeader,
    headers: { ...protocol.headers, ...headers },
  };
}
