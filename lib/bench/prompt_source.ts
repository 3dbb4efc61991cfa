import { readBounded } from "../base/bounded_file.ts";
import { DEFAULT_PROMPTS, parsePrompts, PromptError, type PromptSource } from "../load/prompts.ts";
import { UserError } from "../base/message.ts";
import type { BenchFlags } from "./flags.ts";
import { trafficPrompts } from "./traffic.ts";
import { textIsBinary, fileUnreadable } from "../command/messages/files.ts";
import { promptsLeftOut, promptsUnusable, waitingForPrompts } from "./messages.ts";
import type { ScriptContext } from "../command/script.ts";
import { readStdin } from "../command/stdin.ts";
import { decodeText } from "../command/decode_text.ts";

/** In bytes: as much as the largest public data sets of conversations need. Also of a device or a pipe that never ends. */
const LARGEST_PROMPTS = 256 * 1024 * 1024;

/**
 * What is asked in a run: `--prompt`, `--prompts`, `--replay`, `--synthetic` (a first guess of its length in words, until the
 * warm-up tells), else a prompt of ours.
 *
 * @throws {UserError} when a prompt file cannot be read or holds none.
 */
export async function readPromptSource(
  flags: Pick<BenchFlags, "prompt" | "prompts" | "synthetic" | "traffic">,
  context: Pick<ScriptContext, "signal" | "say">,
): Promise<PromptSource> {
  if (flags.synthetic !== undefined) return { kind: "synthetic", words: flags.synthetic.in };
  if (flags.prompts === undefined) {
    const { prompt: content } = flags;
    if (content === undefined) return trafficPrompts(flags) ?? DEFAULT_PROMPTS;
    return { kind: "list", conversations: [[{ role: "user", content }]] };
  }
  const path = flags.prompts;
  const text = await readText(path, context);
  try {
    const { conversations, leftOut } = parsePrompts(text);
    const count = conversations.length + leftOut.length;
    if (leftOut.length > 0) context.say(promptsLeftOut(path, { leftOut, count }));
    return { kind: "list", conversations };
  } catch (error) {
    throw error instanceof PromptError ? new UserError(promptsUnusable(path, error)) : error;
  }
}

async function readText(
  path: string,
  { signal, say }: Pick<ScriptContext, "signal" | "say">,
): Promise<string> {
  const largest = LARGEST_PROMPTS;
  if (path === "-") {
    return readStdin({ signal, largest, onWait: () => say(waitingForPrompts()) });
  }
  const bytes = await readBounded(path, { largest }).catch((error: unknown) => {
    throw new UserError(fileUnreadable(path, error));
  });
  const text = decodeText(bytes);
  if (text === null) throw new UserError(textIsBinary(path, { isImage: false }));
  return text;
}
