import { UserError } from "../base/message.ts";
import type { ScriptContext } from "../command/script.ts";
import type { PromptSource } from "../load/prompts.ts";
import type { RunSpec } from "../load/run_share.ts";
import { chooseProxy } from "../settings/proxy_choice.ts";
import { checkAsked, fieldsOf, limitMessage } from "../target/asked.ts";
import { bodyParameters } from "../target/endpoint_flags.ts";
import { cacheUseOf } from "./cache_use.ts";
import { imagePart } from "../protocols/conversation.ts";
import type { ChatMessage } from "../wire/request.ts";
import { kindsFor, type OpenKind } from "./mix.ts";
import { type RequestParts, toolFields } from "./request_parts.ts";
import type { BenchFlags } from "./flags.ts";
import { benchSampling, conversationsOf, firstRun, type PlannedRun } from "./plan.ts";
import { type BenchSide, sidesOf } from "./sides.ts";
import { inSide } from "./sides_messages.ts";
import { type BenchTarget, openBenchTarget } from "./target.ts";

/** One of the targets, and how it is asked. */
export interface OpenSide {
  /** `null` where it is the only one. */
  readonly name: string | null;
  readonly target: BenchTarget;
  readonly spec: RunSpec;
  /** Whether the requests go through a proxy. */
  readonly proxy: boolean;
}

/** What the targets of a session are asked. */
export interface SidesOptions {
  readonly prompts: PromptSource;
  readonly parts: RequestParts;
  /** Of several kinds of requests; empty where there is one. */
  readonly mix: readonly OpenKind[];
  readonly headers: Readonly<Record<string, string>>;
  readonly context: ScriptContext;
  /** Closes what is opened. */
  readonly opened: AsyncDisposableStack;
}

/**
 * Opens every target of a session, so that what is wrong with one of them is found before anything is measured.
 *
 * @throws {UserError} when a setting is wrong or missing, or a protocol has no field for what is asked.
 */
export async function openSides(
  flags: BenchFlags & { readonly planSeed: number },
  options: SidesOptions,
): Promise<[OpenSide, ...OpenSide[]]> {
  const [one, ...others] = sidesOf(flags);
  const planned = firstRun(flags);
  const first = await openSide(one, { ...options, planned });
  const rest: OpenSide[] = [];
  for (const other of others) {
    const open = openSide(other, { ...options, planned, demo: first.target });
    rest.push(
      await open.catch((error: unknown) => {
        if (!(error instanceof UserError)) throw error;
        const { exitCode, userMessage } = error;
        throw new UserError(inSide(other.name ?? "", userMessage), { exitCode });
      }),
    );
  }
  return [first, ...rest];
}

/** `demo`: the simulated model of another side, which this one is to share. */
async function openSide(
  { name, flags }: BenchSide,
  {
    prompts,
    parts,
    mix,
    headers,
    context,
    opened,
    planned: { plan, seed },
    demo,
  }: SidesOptions & { readonly planned: PlannedRun; readonly demo?: BenchTarget | undefined },
): Promise<OpenSide> {
  const sampling = benchSampling(flags);
  const asked = prompts.kind === "list" ? prompts.conversations.flat() : [];
  const messages = [...asked, ...pictureOf(parts)];
  const names = { image: parts.images === null ? "--prompts" : "--images", tools: "--prompts" };
  const check: Parameters<typeof openBenchTarget>[1]["check"] = (endpoint) => {
    checkAsked({ messages, sampling }, { ...endpoint, names });
    toolFields(parts.tools, endpoint.api);
    for (const kind of mix) {
      checkAsked({ messages: askedBy(kind), sampling }, { ...endpoint, names: MIX_NAMES });
      toolFields(kind.parts.tools, endpoint.api);
    }
  };
  const target = await openBenchTarget(flags, { ...context, check, demo });
  opened.use(target);
  const spec: RunSpec = {
    plan,
    baseUrl: target.baseUrl,
    api: target.api,
    keyHeader: target.keyHeader,
    model: target.model,
    headers,
    sampling,
    fields: fieldsOf(target.provider),
    parameters: { ...toolFields(parts.tools, target.api), ...bodyParameters(flags) },
    usageCache: flags.usageCache,
    think: flags.think?.tags,
    system: flags.system ?? null,
    prompts,
    ...(parts.images === null ? undefined : { images: parts.images }),
    conversations: conversationsOf(flags),
    cache: cacheUseOf(flags),
    seed,
    limits: target.limits,
    retries: flags.retries ?? 0,
    resendReused: flags.resendReused ?? false,
    stall: (flags.stall ?? 500) * 1000,
    recordFolder: null,
    stamped: false,
    traced: flags.as !== undefined,
  };
  const mixed = mix.length === 0 ? spec : { ...spec, mix: kindsFor(mix, spec) };
  const limit = flags.verbose ? limitMessage(spec) : null;
  if (limit !== null) context.say(limit);
  return {
    name,
    target,
    spec: mixed,
    proxy: chooseProxy(target.baseUrl, process.env).kind === "proxied",
  };
}

const MIX_NAMES = { image: "--mix", tools: "--mix" };

function askedBy({ prompts, parts }: OpenKind): readonly ChatMessage[] {
  const asked = prompts.kind === "list" ? prompts.conversations.flat() : [];
  return [...asked, ...pictureOf(parts)];
}

/** A message such as every question with a picture is. */
function pictureOf({ images }: RequestParts): ChatMessage[] {
  return images === null ? [] : [{ role: "user", content: [imagePart("")] }];
}
