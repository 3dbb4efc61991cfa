import { parsePrompts, PromptError, type PromptSource } from "../load/prompts.ts";
import { UserError } from "../report/message.ts";
import type { benchFlags } from "./bench_flags.ts";
import type { FlagValues } from "./flag_types.ts";
import { textIsBinary } from "./messages/attachments.ts";
import { promptsUnusable, waitingForPrompts } from "./messages/bench.ts";
import { fileUnreadable } from "./messages/transcripts.ts";
import type { ScriptContext } from "./script.ts";
import { readStdin } from "./stdin.ts";

const DEFAULT_PROMPT = "Write a short story about a lighthouse keeper and the sea.";

/**
 * What is asked in a run: `--prompt`, `--prompts`, `--synthetic` (a first guess of its length in words, until the
 * warm-up tells), else a prompt of ours.
 *
 * @throws {UserError} when a prompt file cannot be read or holds none.
 */
export async function readPromptSource(
  flags: FlagValues<typeof benchFlags>,
  context: Pick<ScriptContext, "signal" | "say">,
): Promise<PromptSource> {
  if (flags.synthetic !== undefined) return { kind: "synthetic", words: flags.synthetic.in };
  if (flags.prompts === undefined) {
    const content = flags.prompt ?? DEFAULT_PROMPT;
    return { kind: "list", conversations: [[{ role: "user", content }]] };
  }
  const path = flags.prompts;
  const text = await readText(path, context);
  try {
    return { kind: "list", conversations: parsePrompts(text) };
  } catch (error) {
    throw error instanceof PromptError ? new UserError(promptsUnusable(path, error)) : error;
  }
}

async function readText(
  path: string,
  { signal, say }: Pick<ScriptContext, "signal" | "say">,
): Promise<string> {
  if (path === "-") return readStdin({ signal, onWait: () => say(waitingForPrompts()) });
  const text = await Bun.file(path)
    .text()
    .catch((error: unknown) => {
      throw new UserError(fileUnreadable(path, error));
    });
  // Bytes that are no text would be sent as U+FFFD, and be paid for.
  if (/[\0\uFFFD]/.test(text)) throw new UserError(textIsBinary(path, { isImage: false }));
  return text;
}
