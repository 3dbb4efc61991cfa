import { aiperf } from "./aiperf.ts";
import { evalscope } from "./evalscope.ts";
import type { Definition, DefinitionName } from "./figures.ts";
import { guidellm } from "./guidellm.ts";
import { inferencePerf } from "./inference_perf.ts";
import { otel } from "./otel.ts";
import { sglang } from "./sglang.ts";
import { vllm } from "./vllm.ts";

/** The definitions there are, in the order in which they stand side by side. */
export const DEFINITIONS: readonly Definition[] = [
  vllm,
  aiperf,
  guidellm,
  evalscope,
  sglang,
  inferencePerf,
  otel,
];

/** The definitions of these names, in the order in which they stand side by side. */
export function definitionsNamed(names: readonly DefinitionName[]): Definition[] {
  return DEFINITIONS.filter(({ name }) => names.includes(name));
}
