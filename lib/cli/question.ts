import { UserError } from "../report/message.ts";
import { noQuestion, questionTwice, waitingForStdin } from "./messages/ask.ts";
import type { ScriptContext } from "./script.ts";
import { readStdin, stdinKind } from "./stdin.ts";

/**
 * The question that was asked: the words of the command line or `--prompt`, followed by the standard input if it is
 * a file or a pipe; `-` reads the standard input, whatever it is. `null` when there is neither: nobody asked.
 *
 * @throws {UserError} when it is asked twice, or is empty.
 */
export async function readQuestion(
  given: { readonly words: string | undefined; readonly prompt: string | undefined },
  context: Pick<ScriptContext, "signal" | "say">,
): Promise<string | null> {
  const { words, prompt } = given;
  if (words !== undefined && prompt !== undefined) throw new UserError(questionTwice());
  const kind = stdinKind();
  const readsStdin = words === "-" || kind === "file" || kind === "pipe";
  const input = readsStdin
    ? await readStdin({ signal: context.signal, onWait: () => context.say(waitingForStdin()) })
    : "";
  const typed = words === "-" ? undefined : (words ?? prompt);
  if (typed === undefined && !readsStdin) return null;
  const question = [typed, input].filter((text) => text !== undefined && text.trim() !== "");
  if (question.length === 0) throw new UserError(noQuestion());
  return question.join("\n\n");
}
