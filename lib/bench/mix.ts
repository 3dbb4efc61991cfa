import type { ScriptContext } from "../command/script.ts";
import type { PromptSource } from "../load/prompts.ts";
import type { RequestKind } from "../load/mix.ts";
import type { RunSpec } from "../load/run_share.ts";
import { type MixEntry, readMix } from "./mix_file.ts";
import { fittedPrompts, fittedTo } from "./prompt_length.ts";
import { readPromptSource } from "./prompt_source.ts";
import { readRequestParts, type RequestParts, toolFields } from "./request_parts.ts";
import type { BenchSession } from "./session.ts";

/** A kind of requests with what its files hold. */
export interface OpenKind {
  readonly entry: MixEntry;
  readonly prompts: PromptSource;
  readonly parts: RequestParts;
}

/** Reads a file of `--mix` and those that it names. @throws {UserError} for the first that cannot be used. */
export async function openMix(
  path: string | undefined,
  context: Pick<ScriptContext, "signal" | "say">,
): Promise<readonly OpenKind[]> {
  if (path === undefined) return [];
  const kinds: OpenKind[] = [];
  for (const entry of await readMix(path)) {
    const prompts = await readPromptSource(entry, context);
    kinds.push({ entry, prompts, parts: await readRequestParts(entry) });
  }
  return kinds;
}

/** The kinds as the requests to this target have them. */
export function kindsFor(
  kinds: readonly OpenKind[],
  spec: Pick<RunSpec, "api" | "model" | "sampling" | "parameters">,
): readonly RequestKind[] {
  const { api = "chat", model, sampling, parameters } = spec;
  return kinds.map(({ entry, prompts, parts }) => ({
    name: entry.name,
    share: entry.share,
    prompts,
    model: entry.model ?? model,
    sampling: {
      ...sampling,
      ...(entry.maxTokens === undefined ? undefined : { maxTokens: entry.maxTokens }),
      ...(entry.synthetic === undefined ? undefined : { exactTokens: entry.synthetic.out }),
    },
    parameters: { ...toolFields(parts.tools, api), ...parameters, ...entry.param },
    ...(parts.images === null ? undefined : { images: parts.images }),
  }));
}

/** The prompts of each kind, those that are made up as long as they are to be by the endpoint's own counts. */
export async function fittedKinds(
  kinds: readonly OpenKind[],
  { spec, session }: { readonly spec: RunSpec; readonly session: BenchSession },
): Promise<readonly PromptSource[]> {
  const all: PromptSource[] = [];
  for (const { entry, prompts } of kinds) {
    const { synthetic } = entry;
    if (synthetic === undefined) {
      all.push(prompts);
      continue;
    }
    const asked = { ...spec, mix: undefined, model: entry.model ?? spec.model };
    const fitting = await fittedTo(synthetic.in, { spec: asked, session });
    all.push(fittedPrompts({ tokens: synthetic.in, shared: null }, fitting));
  }
  return all;
}
