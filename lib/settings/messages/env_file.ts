import type { ExpansionProblem } from "@std/dotenv";
import type { Bilingual, Message } from "../../base/message.ts";
import type { QuoteFault, SwallowedLine } from "../assignment.ts";

// Messages about `.env` files. None takes a value, nor a name that may be a key.

export function envFileMissing(path: string): Message {
  return {
    cause: {
      en: `Cannot read --env-file "${path}": there is no such file`,
      zh: `无法读取 --env-file "${path}"：文件不存在`,
    },
  };
}

export function envFileUnreadable(path: string, code: string): Message {
  if (code === "EISDIR") {
    return {
      cause: {
        en: `Cannot read "${path}": EISDIR (it is a folder)`,
        zh: `无法读取 "${path}"：EISDIR（它是文件夹）`,
      },
      step: {
        en: `Give the folder another name (also in PowerShell): mv "${path}" "${path}-folder"`,
        zh: `请给该文件夹换个名字（PowerShell 中相同）：mv "${path}" "${path}-folder"`,
      },
    };
  }
  return {
    cause: { en: `Cannot read "${path}": ${code}`, zh: `无法读取 "${path}"：${code}` },
    step: {
      en: "Check that it is a file and that you may read it",
      zh: "请确认它是一个文件，并且您有读取权限",
    },
  };
}

/** `largest` is in bytes, whole KiB. */
export function envFileTooLarge(path: string, largest: number): Message {
  const size = `${largest / 1024} KiB`;
  return {
    cause: {
      en: `Cannot read "${path}": it has more than ${size}, so it is no .env file`,
      zh: `无法读取 "${path}"：超过 ${size}，不会是 .env 文件`,
    },
    step: {
      en: "Keep only lines like NAME=value in it",
      zh: "其中只应保留“变量名=值”这样的行",
    },
  };
}

const EXPANSION: Readonly<Record<ExpansionProblem, Bilingual>> = {
  large: {
    en: "bring in more than 1,000,000 characters",
    zh: "会带入超过 1,000,000 个字符",
  },
  nested: { en: "have defaults nested more than 100 deep", zh: "的默认值嵌套超过 100 层" },
  circle: {
    en: "go through a circle of more than 1000 variables",
    zh: "经过超过 1000 个变量的循环",
  },
};

/** `name` is `null` when it may be a key. */
export function envUnexpandable(
  path: string,
  where: {
    readonly name: string | null;
    readonly line: number;
    readonly problem: ExpansionProblem;
  },
): Message {
  const { name, line, problem } = where;
  const [en, zh] = name === null ? ["", ""] : [` (${name})`, `（${name}）`];
  return {
    cause: {
      en: `Cannot read ${path}: the references of line ${line}${en} ${EXPANSION[problem].en}`,
      zh: `无法读取 ${path}：第 ${line} 行${zh}的引用${EXPANSION[problem].zh}`,
    },
    step: {
      en: "Write the value out; if its $ means itself, put the value in single quotes",
      zh: "请直接写出该值；如果其中的 $ 就是字符本身，请用单引号括起该值",
    },
  };
}

/** A line that was meant to set a variable, and does not. What stands in it may be a key. */
export function envLineUnset(
  path: string,
  { name, line }: { readonly name: string; readonly line: number },
): Message {
  return {
    cause: {
      en: `Cannot read ${path}: line ${line} names ${name}, but no = follows it`,
      zh: `无法读取 ${path}：第 ${line} 行写了 ${name}，但后面没有半角等号 =`,
    },
    step: {
      en: `Write the line as ${name}=value, with an ordinary =`,
      zh: `请写成 ${name}=值，使用半角等号`,
    },
  };
}

/** A quote that was forgotten makes a line a part of the value above it. */
export function envLineSwallowed(path: string, { name, line, openedAt }: SwallowedLine): Message {
  return {
    cause: {
      en: `Cannot read ${path}: line ${line} (${name}) stands inside the quotes that line ${openedAt} opens`,
      zh: `无法读取 ${path}：第 ${line} 行（${name}）位于第 ${openedAt} 行开始的引号之内`,
    },
    step: {
      en: `Close the quote at the end of line ${openedAt}`,
      zh: `请在第 ${openedAt} 行末尾补上引号`,
    },
  };
}

const QUOTE_FAULTS: Readonly<Record<QuoteFault, Bilingual>> = {
  open: {
    en: "begins or ends with a quote that has no partner",
    zh: "开头或结尾的引号没有配对",
  },
  "several lines": {
    en: "is in quotes that are closed on a later line",
    zh: "的引号到后面的行才结束",
  },
  "text after": {
    en: "goes on after the closing quote",
    zh: "在结束引号之后还有内容",
  },
};

const QUOTE_STEPS: Readonly<Record<QuoteFault, Bilingual>> = {
  open: {
    en: "Write the whole value on one line, in two equal quotes or in none",
    zh: "请把整个值写在一行内，两端用相同的引号，或都不用",
  },
  "several lines": {
    en: "Write the whole value on one line, and close the quote at its end",
    zh: "请把整个值写在一行内，并在末尾补上引号",
  },
  "text after": {
    en: "Put the whole value between the quotes; if it holds a quote itself, use single quotes",
    zh: "请把整个值放在引号之间；如果值中含有双引号，请改用单引号",
  },
};

/** `name` is `null` when it may be a key. */
export function envQuoteFaulty(
  path: string,
  where: { readonly name: string | null; readonly line: number; readonly fault: QuoteFault },
): Message {
  const { name, line, fault } = where;
  const [en, zh] = name === null ? ["the value", "值"] : [`the value of ${name}`, `${name} 的值`];
  return {
    cause: {
      en: `Cannot use line ${line} of ${path}: ${en} ${QUOTE_FAULTS[fault].en}`,
      zh: `无法使用 ${path} 第 ${line} 行：${zh}${QUOTE_FAULTS[fault].zh}`,
    },
    step: QUOTE_STEPS[fault],
  };
}

/** `name` is `null` when it may be a key. */
export function envLineHoldsDollar(
  path: string,
  { name, line }: { readonly name: string | null; readonly line: number },
): Message {
  const [en, zh] = name === null ? ["", ""] : [` (${name})`, `（${name}）`];
  return {
    cause: {
      en: `Line ${line} of ${path}${en} holds a "$", which is read as a reference to another variable`,
      zh: `${path} 第 ${line} 行${zh}含有 "$"，会被当作对其他变量的引用`,
    },
    step: {
      en: "If the key itself holds it, put the key in single quotes",
      zh: "如果密钥本身含有该字符，请用单引号括起密钥",
    },
  };
}
