import { type Bilingual, UserError } from "../base/message.ts";
import { nearest } from "../base/nearest.ts";
import { type Command, commonFlags, declareCommand, type Example } from "./declaration.ts";
import { unknownVerb } from "./messages/script.ts";
import { runScript, type ScriptMain } from "./script.ts";

/** A verb that is loaded: its command, and what carries it out. */
export interface Verb {
  readonly command: Command;
  readonly main: ScriptMain<any>;
}

/** The verbs of the one command, each loaded only when it is used. */
export type Verbs = Readonly<Record<string, () => Promise<Verb>>>;

/**
 * Runs the verb that is the first word of the command line, with the rest of it; flags that every verb has may stand
 * before it. Without a verb, or with `--help`, it shows what there is.
 *
 * @param args what was typed behind the command
 *
 * @example
 * ```ts
 * await runVerb(verbs, ["ask", "--demo"]);
 * ```
 */
export async function runVerb(verbs: Verbs, args: readonly string[]): Promise<void> {
  const at = verbPlace(args);
  const word = args[at] ?? "--help";
  if (Object.hasOwn(verbs, word)) {
    const verb = await verbs[word]?.();
    if (verb !== undefined) {
      return runScript(verb.command, verb.main, { args: args.toSpliced(at, 1) });
    }
  }
  const needsHelp = args.length === 0 || word === "help";
  return runScript(
    await overview(verbs),
    ({ positionals: [verb = ""] }) => {
      throw new UserError(unknownVerb(verb, nearest(verb, Object.keys(verbs))));
    },
    {
      args: needsHelp ? ["--help"] : word.startsWith("-") ? args : [...args.slice(0, at), word],
    },
  );
}

/** Where the first word stands that is no flag of all verbs, nor the value of one. */
function verbPlace(args: readonly string[]): number {
  let at = 0;
  for (;;) {
    const [, no, name = "", value] = /^--(no-)?([a-z]+)(=.*)?$/.exec(args[at] ?? "") ?? [];
    if (!Object.hasOwn(commonFlags, name)) return at;
    const { type } = commonFlags[name as keyof typeof commonFlags];
    at += type === "boolean" || no !== undefined || value !== undefined ? 1 : 2;
  }
}

const verb: Bilingual = { en: "verb", zh: "命令" };

/** The command itself: an example for each verb, under what the verb does. */
async function overview(verbs: Verbs): Promise<Command> {
  const examples: Example[] = [];
  for (const [name, load] of Object.entries(verbs)) {
    const { command } = await load();
    examples.push({ args: `${name} --help`, description: command.summary });
  }
  return declareCommand({
    verb: "",
    summary: {
      en: "Measure how an OpenAI-compatible endpoint streams, keep the streams, and play them back",
      zh: "测量 OpenAI 兼容接口的流式表现，保存这些流并回放",
    },
    examples,
    positional: {
      name: verb,
      description: {
        en: `One of ${Object.keys(verbs).join(", ")}; each has its own --help`,
        zh: `${Object.keys(verbs).join("、")} 之一；各有自己的 --help`,
      },
      min: 1,
      max: 1,
    },
    flags: commonFlags,
  });
}
