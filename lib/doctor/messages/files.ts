import type { Bilingual, Message } from "../../base/message.ts";
import type { EnvFileFact, NeighbourFact } from "../facts.ts";
import type { EmptiedValue, StrayLine } from "../env_text.ts";

type EnvFileRead = Extract<EnvFileFact, { state: "read" }>;

export function envFileAbsent(path: string): Message {
  return { cause: { en: `${path} is not there`, zh: `${path} 不存在` } };
}

export function envFileRead(file: EnvFileRead): Message {
  const { path, variables } = file;
  const how = writtenHow(file);
  return {
    cause: {
      en: `${path}: ${variables} ${variables === 1 ? "variable" : "variables"} (${how.en})`,
      zh: `${path}：${variables} 个变量（${how.zh}）`,
    },
  };
}

function writtenHow({ encoding, byteOrderMark, crlf }: EnvFileRead): Bilingual {
  const parts: Bilingual[] = [{ en: encoding, zh: encoding }];
  if (byteOrderMark) parts.push({ en: "with a byte order mark", zh: "带 BOM" });
  if (crlf) parts.push({ en: "CRLF", zh: "CRLF" });
  return {
    en: parts.map(({ en }) => en).join(", "),
    zh: parts.map(({ zh }) => zh).join("，"),
  };
}

export function envFileUnreadable(path: string, code: string): Message {
  return {
    cause: { en: `Cannot read ${path}: ${code}`, zh: `无法读取 ${path}：${code}` },
    step: {
      en: "Check that it is a file and that you may read it",
      zh: "请确认它是一个文件，并且您有读取权限",
    },
  };
}

export function envFileEmpty(path: string): Message {
  return {
    cause: { en: `${path} sets nothing`, zh: `${path} 没有设置任何变量` },
    step: {
      en: "Write a line such as SILICONFLOW_API_KEY=YOUR_KEY into it, and save it",
      zh: "请写入一行，例如 SILICONFLOW_API_KEY=您的密钥，并保存",
    },
  };
}

export function envFileGarbled(path: string): Message {
  return {
    cause: {
      en: `${path} has bytes that are not UTF-8`,
      zh: `${path} 中有不属于 UTF-8 的字节`,
    },
    step: {
      en: "Save it as UTF-8 (in Notepad: Save as, Encoding UTF-8); it may be GBK (ANSI) now",
      zh: "请另存为 UTF-8（记事本：另存为，编码选 UTF-8）；现在可能是 GBK（ANSI）编码",
    },
  };
}

type NamedFault = Exclude<StrayLine["fault"], "ignored">;

const STRAY: Readonly<Record<NamedFault, Bilingual>> = {
  unnamed: { en: "holds a key without a name", zh: "只有密钥，没有变量名" },
  commented: {
    en: "holds a key behind a #, so it is a comment",
    zh: "中的密钥在 # 之后，只是注释",
  },
  unread: { en: "names a key variable but is not NAME=value", zh: "不是“变量名=值”的格式" },
};

export function lineStrays(
  path: string,
  { line, fault }: { readonly line: number; readonly fault: NamedFault },
): Message {
  return {
    cause: {
      en: `Line ${line} of ${path} ${STRAY[fault].en}`,
      zh: `${path} 第 ${line} 行${STRAY[fault].zh}`,
    },
    step: {
      en: "Write it like SILICONFLOW_API_KEY=YOUR_KEY: nothing before the name, and an ASCII = after it",
      zh: "请写成 SILICONFLOW_API_KEY=您的密钥：变量名之前没有其他字符，之后是半角的 =",
    },
  };
}

/** So many lines are named; of a file that is no `.env` at all, all would be. */
const MOST_LINES = 5;

/** The lines themselves are not shown: they may be keys. */
export function linesIgnored(path: string, lines: readonly number[]): Message {
  const rest = lines.length - MOST_LINES;
  const named = lines.slice(0, MOST_LINES).join(", ");
  const more = rest > 0 ? ` and ${rest} more` : "";
  const cause =
    lines.length === 1
      ? {
          en: `Line ${named} of ${path} is not NAME=value, and is passed over`,
          zh: `${path} 第 ${named} 行不是“变量名=值”的格式，会被忽略`,
        }
      : {
          en: `Lines ${named}${more} of ${path} are not NAME=value, and are passed over`,
          zh: `${path} 第 ${named.replaceAll(", ", "、")} 行${rest > 0 ? `等共 ${lines.length} 行` : ""}不是“变量名=值”的格式，会被忽略`,
        };
  return {
    cause,
    step: {
      en: "Write NAME=value, with no blank in the name; or put a # before it, if it is a remark",
      zh: "请写成“变量名=值”，变量名中没有空格；如果只是说明文字，请在行首加 #",
    },
  };
}

export function valueEmptied(path: string, { name, line }: EmptiedValue): Message {
  const [en, zh] = name === null ? ["", ""] : [` (${name})`, `（${name}）`];
  return {
    cause: {
      en: `Line ${line} of ${path}${en} sets nothing: what it refers to is not set, or leads back to it`,
      zh: `${path} 第 ${line} 行${zh}没有设置任何值：它引用的变量未设置，或又引用回它自己`,
    },
    step: {
      en: "Write the value itself; one that holds a $ belongs in single quotes",
      zh: "请直接写出值；如果值中含有 $，请用单引号括起",
    },
  };
}

export function keyUnderUnknownName(path: string, variable: string): Message {
  return {
    cause: {
      en: `${variable} in ${path} holds a key, but no script reads that variable`,
      zh: `${path} 中的 ${variable} 是密钥，但没有脚本会读取这个变量`,
    },
    step: {
      en: `Rename it: SILICONFLOW_API_KEY for SiliconFlow, OPENAI_API_KEY for OpenAI; or use --base-url with --key-env ${variable}`,
      zh: `请改名：硅基流动用 SILICONFLOW_API_KEY，OpenAI 用 OPENAI_API_KEY；或使用 --base-url 和 --key-env ${variable}`,
    },
  };
}

export function templateHoldsKey({ path }: NeighbourFact): Message {
  return {
    cause: {
      en: `${path} holds a real key, and git keeps this file`,
      zh: `${path} 中有真实的密钥，而 git 会保存这个文件`,
    },
    step: {
      en: "Move the key to .env; if the file was ever committed or shared with the key in it, revoke that key and make a new one",
      zh: "请把密钥移到 .env；如果带密钥的文件曾被提交或分享，请立即吊销该密钥并重新创建",
    },
  };
}

/** `command` renames the file; `null` when the right file is there already. */
export function neighbourUnread(
  { path, insteadOf, holdsKey }: NeighbourFact,
  command: string | null,
): Message {
  return {
    cause: {
      en: `${path} is not read${holdsKey ? ", but holds a key" : ""}`,
      zh: `${path} 不会被读取${holdsKey ? "，但其中有密钥" : ""}`,
    },
    step:
      command === null
        ? {
            en: `Only ${insteadOf} is read: put what is needed there and delete this file`,
            zh: `只会读取 ${insteadOf}：请把需要的内容写到那里，并删除此文件`,
          }
        : { en: `Rename it: ${command}`, zh: `请改名：${command}` },
  };
}
