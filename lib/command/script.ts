import { watchReader } from "./reader_watch.ts";
import { readFileSync } from "node:fs";
import { createColors } from "picocolors";
import manifest from "../../package.json" with { type: "json" };
import { colorDecision } from "../text/color.ts";
import { type ParsedArguments, parseArguments } from "./arguments.ts";
import type { Command } from "./declaration.ts";
import { EXIT } from "./exit_code.ts";
import type { Flags } from "./flag_types.ts";
import { renderHelp } from "./help.ts";
import { chooseLanguage } from "./language.ts";
import { type Language, type Message, renderMessage, UserError } from "../base/message.ts";
import { type Glyphs, glyphsFor } from "../text/glyphs.ts";
import { makeHarmless } from "../text/terminal_text.ts";
import { SecretMask } from "../base/secret_mask.ts";
import type { Secret } from "../base/secret.ts";
import * as messages from "./messages/script.ts";
import { bypassProxyForLoopback } from "../settings/loopback_proxy.ts";
import { rawArguments } from "./raw_arguments.ts";
import { forgetLoadedNetworkVariables } from "../settings/network_variables.ts";
import { urgentFlags } from "./urgent_flags.ts";

type Colors = ReturnType<typeof createColors>;

/** One of the two output streams. */
export interface Output {
  readonly isTerminal: boolean;
  /** Columns of the terminal; `null` for a pipe or a file. */
  readonly width: number | null;
  readonly colors: Colors;
  /** What pictures are drawn with. */
  readonly glyphs: Glyphs;
  /** Writes text as it is, but for keys. Quiet when the reader has gone away. */
  write(text: string): void;
}

/** What a script has to do with the outside, beside its arguments. */
export interface ScriptContext {
  readonly language: Language;
  /** For the answer or the result. */
  readonly out: Output;
  /** For everything else. */
  readonly err: Output;
  /** Writes a message to `err`, in the reader's language. What an endpoint put into it cannot steer a terminal. */
  say(message: Message): void;
  /**
   * From now on nothing that is written holds this key, as it is, escaped or in base64: `*` stand in its place.
   * To be called as soon as the key is known.
   */
  hide(key: Secret | null): void;
  /** The text as it would be written: for what goes into files. */
  masked(text: string): string;
  /** Aborted by Ctrl-C, or when the reader of stdout went away. A second Ctrl-C ends the process at once. */
  readonly signal: AbortSignal;
  /** Makes the second Ctrl-C call this instead; then the third one ends the process. */
  onSecondInterrupt(action: () => void): void;
  /** The reader of stdout has gone away: nothing that is written arrives. */
  readonly outIsClosed: () => boolean;
  /** Notices from now on that nobody reads stdout any more, also while there is nothing to write. */
  readonly watchOut: () => Disposable;
}

/** What a script does with a command line that is right, and the exit code that this gives. */
export type ScriptMain<Declared extends Flags> = (
  given: ParsedArguments<Declared>,
  context: ScriptContext,
) => Promise<number>;

/** How {@linkcode runScript} runs. */
export interface ScriptOptions {
  /** The command line. Default: what was typed behind the script's name. */
  readonly args?: readonly string[];
}

/**
 * Runs a script: reads its arguments, gives help and version, sets the exit code, and says errors in the reader's
 * language: 2 for a {@linkcode UserError}, 1 for a fault of ours or a full disk, 130 for Ctrl-C before anything was sent.
 *
 * It sets `process.exitCode` instead of calling `process.exit`, which loses what a pipe has not taken yet. `main` may throw
 * the reason of its signal: then there is nothing to say but that it was interrupted.
 */
export async function runScript<Declared extends Flags>(
  command: Command<Declared>,
  main: ScriptMain<Declared>,
  { args = rawArguments(process.argv.slice(2), commandLine()) }: ScriptOptions = {},
): Promise<void> {
  const urgent = urgentFlags(args);
  const environment = process.env;
  forgetLoadedNetworkVariables();
  bypassProxyForLoopback(environment);
  // The same locale as of Intl.DateTimeFormat, in a tenth of the time: 0.7 ms.
  const { locale } = new Intl.Collator().resolvedOptions();
  const language = chooseLanguage({ flag: urgent.lang, environment, locale });
  const stop = new AbortController();
  let closed = false;
  let interrupted = false;
  let unwritten = false;
  const hidden: string[] = [];
  let secrets = new SecretMask(hidden);
  const hide = (key: Secret | null): void => {
    if (key === null) return;
    hidden.push(key.reveal());
    secrets = new SecretMask(hidden);
  };
  const masked = (text: string): string => secrets.text(text);
  const { color } = urgent;
  const err = outputOf(process.stderr, { color, masked, onClosed: () => {} });
  const say = (message: Message): void =>
    err.write(`${makeHarmless(renderMessage(message, language))}\n`);
  const readerGone = (): void => {
    closed = true;
    stop.abort();
  };
  const out = outputOf(process.stdout, {
    color,
    masked,
    onClosed(error) {
      readerGone();
      // The reader went away, as `head` does when it has enough. Anything else loses what somebody wanted to keep.
      if (error.code === "EPIPE") return;
      unwritten = true;
      process.exitCode = EXIT.fault;
      say(messages.cannotWrite(error));
    },
  });
  let secondInterrupt: (() => void) | null = null;
  const interrupt = (): void => {
    if (!stop.signal.aborted) {
      interrupted = true;
      stop.abort();
    } else if (secondInterrupt !== null) {
      secondInterrupt();
      secondInterrupt = null;
    } else {
      process.exit(EXIT.interrupted);
    }
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    if (urgent.help) {
      const { width, colors } = out;
      out.write(renderHelp(command, { language, width: Math.min(width ?? 80, 100), colors }));
    } else if (urgent.version) {
      out.write(`${manifest.name} ${manifest.version} (Bun ${Bun.version})\n`);
    } else {
      const given = parseArguments(command, args);
      const onSecondInterrupt = (action: () => void): void => {
        secondInterrupt = action;
      };
      const { signal } = stop;
      const context = {
        language,
        out,
        err,
        say,
        hide,
        masked,
        signal,
        onSecondInterrupt,
        outIsClosed: () => closed,
        watchOut: () => watchReader(process.stdout.fd, readerGone),
      };
      const code = await main(given, context);
      process.exitCode = unwritten ? EXIT.fault : code;
    }
  } catch (error) {
    if (error === stop.signal.reason && stop.signal.aborted) {
      process.exitCode = unwritten ? EXIT.fault : EXIT.interrupted;
      if (interrupted) say(messages.interrupted());
    } else if (!(error instanceof UserError)) {
      process.exitCode = EXIT.fault;
      say(messages.unexpectedFault(error));
    } else if (interrupted) {
      // What is missing is missing because of the Ctrl-C: there is nothing to say.
      process.exitCode = EXIT.interrupted;
    } else {
      process.exitCode = error.exitCode;
      say(error.userMessage);
    }
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
  if (!interrupted) return;
  // What waits at a pipe that nobody writes into cannot be called off, and would keep the process.
  await Promise.all([out.flushed(), err.flushed()]);
  process.exit();
}

function outputOf(
  stream: NodeJS.WriteStream,
  options: {
    readonly color: boolean | undefined;
    readonly masked: (text: string) => string;
    readonly onClosed: (error: NodeJS.ErrnoException) => void;
  },
): Output & { flushed(): Promise<void> } {
  const { color, masked, onClosed } = options;
  let open = true;
  let pending = 0;
  let written: (() => void) | null = null;
  stream.on("error", (error) => {
    open = false;
    onClosed(error);
  });
  // It is `undefined` for a pipe, and picocolors then decides by itself.
  const isTerminal = stream.isTTY === true;
  const colored = colorDecision({ flag: color, environment: process.env, isTTY: isTerminal });
  return {
    isTerminal,
    get width() {
      // A terminal that nobody has told its size says 0.
      return isTerminal ? stream.columns || 80 : null;
    },
    colors: createColors(colored),
    glyphs: glyphsFor({
      environment: process.env,
      isTTY: isTerminal,
      platform: process.platform,
    }),
    write(text) {
      if (!open || text === "") return;
      pending++;
      stream.write(masked(text), () => {
        pending--;
        if (pending === 0) written?.();
      });
    },
    async flushed() {
      if (!open || pending === 0) return;
      await new Promise<void>((resolve) => {
        written = resolve;
        stream.once("error", () => resolve());
      });
    },
  };
}

/** Linux keeps the command line as it was typed; elsewhere what Bun gives is all there is. */
function commandLine(): string | null {
  try {
    return readFileSync("/proc/self/cmdline", "utf8");
  } catch {
    return null;
  }
}
