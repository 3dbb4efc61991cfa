/** The two languages the toolkit speaks. */
export type Language = "en" | "zh";

/** The same words in both languages. */
export type Bilingual = Readonly<Record<Language, string>>;

/**
 * Something a person reads: one line for what happened and, where there is one, a line for what to do next.
 * Never holds a key.
 */
export interface Message {
  readonly cause: Bilingual;
  readonly step?: Bilingual;
}

/** Renders a message in one language: the cause, then the step on a line of its own. No final newline. */
export function renderMessage(message: Message, language: Language): string {
  const cause = message.cause[language];
  return message.step === undefined ? cause : `${cause}\n${message.step[language]}`;
}

/**
 * Something its user can mend: wrong arguments or settings, found before anything is sent or overwritten.
 * The scripts print {@linkcode UserError.userMessage} in the reader's language and exit with `exitCode`.
 */
export class UserError extends Error {
  readonly userMessage: Message;
  /** 2, unless the mistake showed only when something was sent. */
  readonly exitCode: number;

  constructor(message: Message, { exitCode = 2 }: { readonly exitCode?: number } = {}) {
    super(renderMessage(message, "en"));
    this.name = "UserError";
    this.userMessage = message;
    this.exitCode = exitCode;
  }
}
