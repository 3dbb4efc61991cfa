import type { Language } from "../base/message.ts";

/** Where the reader's language may be found. */
export interface LanguageSources {
  /** The value of `--lang`. */
  readonly flag?: Language | undefined;
  /** The environment variables: `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /**
   * The platform's locale, such as `new Intl.Collator().resolvedOptions().locale`: decides where no variable
   * is set, which is the normal case on Windows.
   */
  readonly locale?: string | undefined;
}

/**
 * The language to speak: `--lang`, else the first of `LC_ALL`, `LC_MESSAGES` and `LANG` that is not empty
 * ([POSIX](https://pubs.opengroup.org/onlinepubs/9799919799/basedefs/V1_chap08.html#tag_08_02)), else the
 * platform's locale. Every Chinese locale is `zh`; everything else, `C` and `POSIX` too, is `en`.
 *
 * ```ts
 * chooseLanguage({ environment: { LANG: "zh_CN.UTF-8" } }); // "zh"
 * chooseLanguage({ environment: { LC_ALL: "C", LANG: "zh_CN.UTF-8" } }); // "en"
 * chooseLanguage({ environment: {}, locale: "zh-Hans-CN" }); // "zh"
 * ```
 */
export function chooseLanguage({ flag, environment, locale }: LanguageSources): Language {
  if (flag !== undefined) return flag;
  const { LC_ALL, LC_MESSAGES, LANG } = environment;
  const decisive = [LC_ALL, LC_MESSAGES, LANG].find((value) => value !== undefined && value !== "");
  return /^zh(?![a-z])/i.test(decisive ?? locale ?? "") ? "zh" : "en";
}
