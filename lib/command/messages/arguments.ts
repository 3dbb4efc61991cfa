import type { Bilingual, Message } from "../../base/message.ts";
import type { Positional } from "../declaration.ts";

// What the command line got wrong, in words. A flag is named with its dashes: `--seed`.

export function unknownFlag(
  flag: string,
  { suggestion, command }: { readonly suggestion: string | null; readonly command: string },
): Message {
  const unknown = { en: `Unknown flag ${shown(flag)}`, zh: `未知选项 ${shown(flag)}` };
  if (suggestion !== null) {
    return {
      cause: {
        en: `${unknown.en}; did you mean ${suggestion}?`,
        zh: `${unknown.zh}，是不是想写 ${suggestion}？`,
      },
    };
  }
  return {
    cause: unknown,
    step: { en: `See all flags: ${command} --help`, zh: `查看全部选项：${command} --help` },
  };
}

/** `dashed` is the next word, where it looks like a flag. */
export function missingValue(
  flag: string,
  { hint, dashed }: { readonly hint: string; readonly dashed: string | null },
): Message {
  const cause = {
    en: `Missing value after ${flag}; write ${flag} ${hint}`,
    zh: `${flag} 后面缺少值，应写成 ${flag} ${hint}`,
  };
  if (dashed === null) return { cause };
  const inline = `${flag}=${shown(dashed)}`;
  return {
    cause,
    step: {
      en: `If ${shown(dashed)} is meant as the value, write ${inline}`,
      zh: `如果 ${shown(dashed)} 就是要传的值，请写成 ${inline}`,
    },
  };
}

export function emptyValue(flag: string): Message {
  return {
    cause: { en: `The value of ${flag} is empty`, zh: `${flag} 的值是空的` },
    step: {
      en: "If it comes from a shell variable, check that the variable is set",
      zh: "如果这个值来自 shell 变量，请检查该变量是否已设置",
    },
  };
}

export function unexpectedValue(
  flag: string,
  { text, negatable }: { readonly text: string; readonly negatable: boolean },
): Message {
  const cause = {
    en: `${flag} takes no value, got ${quoted(text)}`,
    zh: `${flag} 不接受值，却给了 ${quoted(text)}`,
  };
  if (!negatable) return { cause };
  const negated = flag.replace("--", "--no-");
  return {
    cause,
    step: { en: `Write ${flag} or ${negated}`, zh: `请写 ${flag} 或 ${negated}` },
  };
}

export function givenTwice(flag: string): Message {
  return { cause: { en: `${flag} is given twice`, zh: `${flag} 重复出现，只能给一次` } };
}

export function mutuallyExclusive(flag: string, other: string): Message {
  return {
    cause: {
      en: `${flag} and ${other} exclude each other; give one of them`,
      zh: `${flag} 和 ${other} 不能同时使用，请只给一个`,
    },
  };
}

/** `range` comes from {@linkcode rangeText}. */
export function outOfRange(
  flag: string,
  { text, range }: { readonly text: string; readonly range: Bilingual },
): Message {
  return {
    cause: {
      en: `${flag} must be ${range.en}, got ${shown(text)}`,
      zh: `${flag} 必须${range.zh}，却给了 ${shown(text)}`,
    },
  };
}

/** A range as words that follow "must be", or `null` if it is open at both ends. */
export function rangeText(min: string | null, max: string | null): Bilingual | null {
  if (min !== null && max !== null) {
    return { en: `from ${min} to ${max}`, zh: `在 ${min} 到 ${max} 之间` };
  }
  if (min !== null) return { en: `at least ${min}`, zh: `不小于 ${min}` };
  if (max !== null) return { en: `at most ${max}`, zh: `不大于 ${max}` };
  return null;
}

export function notDuration(flag: string, text: string): Message {
  return {
    cause: {
      en: `${flag} must be a duration such as 300ms, 2s, 1m or 1h, got ${quoted(text)}`,
      zh: `${flag} 必须是时长，例如 300ms、2s、1m 或 1h，却给了 ${quoted(text)}`,
    },
  };
}

export function durationWithoutUnit(flag: string, text: string): Message {
  const number = shown(text);
  return {
    cause: {
      en: `${flag} ${number} has no unit; write ${number}ms, ${number}s, ${number}m or ${number}h`,
      zh: `${flag} ${number} 缺少单位，应写成 ${number}ms、${number}s、${number}m 或 ${number}h`,
    },
  };
}

export function durationTooFine(flag: string, text: string): Message {
  return {
    cause: {
      en: `${flag} must be whole milliseconds, got ${shown(text)}`,
      zh: `${flag} 必须是整毫秒，却给了 ${shown(text)}`,
    },
  };
}

export function notOption(
  flag: string,
  given: {
    readonly text: string;
    readonly options: readonly string[];
    readonly suggestion: string | null;
  },
): Message {
  const { text, options, suggestion } = given;
  const meant = {
    en: suggestion === null ? "" : `; did you mean ${suggestion}?`,
    zh: suggestion === null ? "" : `，是不是想写 ${suggestion}？`,
  };
  return {
    cause: {
      en: `${flag} must be one of ${options.join(", ")}, got ${quoted(text)}${meant.en}`,
      zh: `${flag} 必须是 ${options.join("、")} 之一，却给了 ${quoted(text)}${meant.zh}`,
    },
  };
}

/** Does not show the text: people paste whole headers here, keys and all. */
export function notPair(flag: string, example: string): Message {
  return {
    cause: {
      en: `${flag} needs a name, an equals sign and a value, such as ${flag} ${example}`,
      zh: `${flag} 需要“名称=值”，例如 ${flag} ${example}`,
    },
  };
}

export function pairGivenTwice(flag: string, name: string): Message {
  return {
    cause: {
      en: `${flag} ${shown(name)}=… is given twice`,
      zh: `${flag} ${shown(name)}=… 重复出现，只能给一次`,
    },
  };
}

/** `suggestion` is a JSON word that was likely meant, such as `true` for `True`. */
export function notJson(
  flag: string,
  given: { readonly name: string; readonly text: string; readonly suggestion: string | null },
): Message {
  const { name, text, suggestion } = given;
  const pair = (value: string): string => `${flag} "${shown(name)}=${value}"`;
  const cause = {
    en: `The value of ${flag} ${shown(name)} is not JSON: ${shown(text)}`,
    zh: `${flag} ${shown(name)} 的值不是 JSON：${shown(text)}`,
  };
  if (suggestion !== null) {
    return {
      cause,
      step: { en: `Did you mean ${pair(suggestion)}?`, zh: `是不是想写 ${pair(suggestion)}？` },
    };
  }
  const example = /^[\w./:-]+$/.test(text) ? `'${shown(text)}'` : "'text'";
  return {
    cause,
    step: {
      en: `Put texts in single quotes and the whole in double quotes: ${pair(example)}`,
      zh: `文本用单引号括起来，整体用双引号：${pair(example)}`,
    },
  };
}

/** The command takes flags only. */
export function unexpectedWord(word: string, suggestion: string | null): Message {
  if (suggestion !== null) {
    return {
      cause: {
        en: `Unexpected argument ${quoted(word)}; did you mean ${suggestion}?`,
        zh: `多余的参数 ${quoted(word)}，是不是想写 ${suggestion}？`,
      },
    };
  }
  return {
    cause: {
      en: `Unexpected argument ${quoted(word)}: only flags are taken`,
      zh: `多余的参数 ${quoted(word)}：这里只接受选项`,
    },
  };
}

export function tooManyWords(positional: Positional, words: readonly string[]): Message {
  const { name, max, spoken } = positional;
  const got = spoken ? `${words.length} words` : String(words.length);
  const expected = max === 1 ? `One ${name.en}` : `At most ${max} of ${name.en}`;
  const cause = {
    en: `${expected} expected, got ${got}`,
    zh: `最多只能给 ${max} 个${name.zh}，却给了 ${words.length} 个${spoken ? "词" : ""}`,
  };
  if (!spoken) return { cause };
  const sentence = `"${shown(words.join(" ")).replaceAll('"', "'")}"`;
  return {
    cause,
    step: { en: `Put it in quotes: ${sentence}`, zh: `请用引号括起来：${sentence}` },
  };
}

export function tooFewWords(
  positional: Positional,
  { given, usage }: { readonly given: number; readonly usage: Bilingual },
): Message {
  const { name, min } = positional;
  return {
    cause:
      given === 0
        ? { en: `Missing ${name.en}`, zh: `缺少${name.zh}` }
        : {
            en: `At least ${min} of ${name.en} expected, got ${given}`,
            zh: `至少需要 ${min} 个${name.zh}，却只给了 ${given} 个`,
          },
    step: { en: `Usage: ${usage.en}`, zh: `用法：${usage.zh}` },
  };
}

export function emptyWord(positional: Positional): Message {
  const { name } = positional;
  return { cause: { en: `The ${name.en} is empty`, zh: `${name.zh}是空的` } };
}

/** What was typed, in quotes, fit to be shown: see {@linkcode shown}. */
export function quoted(text: string): string {
  return `"${shown(text)}"`;
}

/**
 * What was typed, fit to be shown on one line: without control characters, cut after 60 characters, and with `…`
 * for every long unbroken run that holds a digit, for that may be a key in the wrong place.
 */
export function shown(text: string): string {
  const characters = Array.from(text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "�"));
  const short =
    characters.length > 60 ? `${characters.slice(0, 60).join("")}…` : characters.join("");
  return short.replace(/[\w-]{20,}/g, (run) => (/\d/.test(run) ? "…" : run));
}

export function needs(flag: string, other: string): Message {
  return { cause: { en: `${flag} needs ${other}`, zh: `${flag} 需要 ${other}` } };
}
