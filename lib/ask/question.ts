import { UserError } from "../base/message.ts";
import { noQuestion, questionTwice, waitingForStdin } from "./messages/ask.ts";
import type { ScriptContext } from "../command/script.ts";
import { readStdin, stdinKind } from "../command/stdin.ts";

/** In bytes: far more than any model takes. */
const LARGEST_QUESTION = 64 * 1024 * 1024;

/**
 * The question that was asked: the words of the command line or `--prompt`, followed by the standard input if it is
 * a file or a pipe; `-` reads the standard input, whatever it is. `null` when there is neither: nobody asked.
 *
 * The demo needs no question, so without words it does not look for one: the pipe that a test runner or a service
 * leaves open would hold it up for ever.
 *
 * @throws {UserError} when it is asked twice, is empty, or the standard input has more than 64 MiB.
 */
export async function readQuestion(
  given: {
    readonly words: string | undefined;
    readonly prompt?: string | undefined;
    readonly demo?: boolean | undefined;
  },
  context: Pick<ScriptContext, "signal" | "say">,
): Promise<string | null> {
  const { words, prompt, demo } = given;
  if (words !== undefined && prompt !== undefined) throw new UserError(questionTwice());
  if (demo && words === undefined && prompt === undefined) return null;
  const kind = stdinKind();
  const readsStdin = words === "-" || kind === "file" || kind === "pipe";
  const input = readsStdin
    ? await readStdin({
        signal: context.signal,
        largest: LARGEST_QUESTION,
        onWait: () => context.say(waitingForStdin()),
      })
    : "";
  const typed = words === "-" ? undefined : (words ?? prompt);
  if (typed === undefined && !readsStdin) return null;
  const question = [typed, input].filter((text) => text !== undefined && text.trim() !== "");
  if (question.length === 0) throw new UserError(noQuestion());
  return question.join("\n\n");
}
