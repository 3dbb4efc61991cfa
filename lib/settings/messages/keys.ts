import type { SettingSource } from "../environment.ts";
import type { KeyFault, KeyRepair } from "../key.ts";
import type { Bilingual, Message } from "../../base/message.ts";
import type { Provider } from "../providers.ts";

// No message takes a key, or a part of one.

/** Where a setting came from, as part of a sentence. */
export function sourceName(source: SettingSource): Bilingual {
  switch (source.kind) {
    case "exported":
      return { en: "the environment", zh: "环境变量" };
    case "file":
      return { en: source.path, zh: source.path };
  }
}

/** Nothing is set at all. `provider` is the one that is recommended. */
export function noKeyAnywhere(provider: Provider): Message {
  return {
    cause: {
      en: "Cannot choose an endpoint: no API key is set",
      zh: "无法选择接口：尚未设置 API 密钥",
    },
    step: {
      en: `Get a key at ${provider.keyPage} and put the line ${provider.keyVariable}=YOUR_KEY into .env (--demo needs no key)`,
      zh: `请在 ${provider.keyPage} 获取密钥，并在 .env 中写一行 ${provider.keyVariable}=您的密钥（--demo 不需要密钥）`,
    },
  };
}

/** There is no key, but a file beside where `.env` should be. */
export function envFileMisnamed({ cause }: Message, path: string): Message {
  const to = path.replace(/\.txt$/, "");
  return {
    cause,
    step: {
      en: `"${path}" is not read, since its name ends in .txt, which Windows hides. Rename it (also in PowerShell): mv "${path}" "${to}"`,
      zh: `"${path}" 不会被读取：文件名以 .txt 结尾（Windows 会隐藏它）。请重命名（PowerShell 中相同）：mv "${path}" "${to}"`,
    },
  };
}

/** `openAiKeyIsSet`: the key may stand in the wrong variable. */
export function providerKeyMissing(provider: Provider, openAiKeyIsSet: boolean): Message {
  const { title, keyVariable, keyPage } = provider;
  const where = {
    en: `Get a key at ${keyPage} and put the line ${keyVariable}=YOUR_KEY into .env`,
    zh: `请在 ${keyPage} 获取密钥，并在 .env 中写一行 ${keyVariable}=您的密钥`,
  };
  return {
    cause: {
      en: `Cannot use ${title}: ${keyVariable} is not set`,
      zh: `无法使用 ${title}：${keyVariable} 未设置`,
    },
    step: openAiKeyIsSet
      ? {
          en: `${where.en}; OPENAI_API_KEY is not sent to ${title}: if it holds a key of ${title}, rename it`,
          zh: `${where.zh}；OPENAI_API_KEY 不会发送给 ${title}：如果其中是 ${title} 的密钥，请改用上述变量名`,
        }
      : where,
  };
}

/** `variable` is `null` when what was given looks more like a key than a name. */
export function keyVariableUnset(variable: string | null): Message {
  return {
    cause: {
      en: `Cannot read the key: ${variable ?? "the variable that --key-env names"} is not set`,
      zh: `无法读取密钥：${variable ?? "--key-env 指定的变量"} 未设置`,
    },
    step: {
      en: "--key-env takes the name of a variable, not the key itself: set the variable in the environment or in .env",
      zh: "--key-env 的值是变量名，而不是密钥本身：请在环境变量或 .env 中设置该变量",
    },
  };
}

export function keyVariableIsNoName(): Message {
  return {
    cause: {
      en: "Cannot read the key: --key-env takes the name of a variable, such as MY_API_KEY",
      zh: "无法读取密钥：--key-env 的值应为变量名，例如 MY_API_KEY",
    },
    step: {
      en: "Never put a key on the command line: it stays in the shell's history",
      zh: "请勿在命令行中输入密钥：它会留在命令历史中",
    },
  };
}

export function keyVariableOfAnother(provider: Provider, owner: Provider | null): Message {
  const { title, keyVariable } = provider;
  return {
    cause: {
      en: `--key-env cannot be used with ${title}: only ${keyVariable} is sent there`,
      zh: `--key-env 不能用于 ${title}：只有 ${keyVariable} 会发送到该处`,
    },
    step:
      owner === null
        ? {
            en: `Put the key into ${keyVariable}, or name the host it is for with --base-url`,
            zh: `请把密钥写入 ${keyVariable}，或用 --base-url 指明密钥所属的主机`,
          }
        : {
            en: `Leave --key-env out, or use --provider ${owner.name}, to which that variable belongs`,
            zh: `请去掉 --key-env，或使用该变量所属的 --provider ${owner.name}`,
          },
  };
}

/** To a host that is not in the table, without a key. */
export function noKeySent(host: string): Message {
  return {
    cause: { en: `No key is sent to ${host}`, zh: `不会向 ${host} 发送密钥` },
    step: {
      en: "If it needs one, name the variable that holds it: --key-env NAME",
      zh: "如果需要密钥，请用 --key-env 指定存放密钥的变量名",
    },
  };
}

/** To a host that is not in the table, although `OPENAI_API_KEY` is set. */
export function openAiKeyHeldBack(host: string): Message {
  return {
    cause: {
      en: `No key is sent to ${host}: OPENAI_API_KEY was not set for this host`,
      zh: `不会向 ${host} 发送密钥：OPENAI_API_KEY 不是为该主机设置的`,
    },
    step: {
      en: "If you trust this host and it needs a key, name the variable that holds it: --key-env NAME",
      zh: "如果您信任该主机且它需要密钥，请用 --key-env 指定存放密钥的变量名",
    },
  };
}

/** As {@linkcode openAiKeyHeldBack}, when `OPENAI_BASE_URL` names the host but came from elsewhere. */
export function openAiPairSplit(
  host: string,
  { key, baseUrl }: { key: SettingSource; baseUrl: SettingSource },
): Message {
  const [keyFrom, baseUrlFrom] = [sourceName(key), sourceName(baseUrl)];
  return {
    cause: {
      en: `No key is sent to ${host}: OPENAI_API_KEY comes from ${keyFrom.en}, OPENAI_BASE_URL from ${baseUrlFrom.en}`,
      zh: `不会向 ${host} 发送密钥：OPENAI_API_KEY 来自${keyFrom.zh}，OPENAI_BASE_URL 来自${baseUrlFrom.zh}`,
    },
    step: {
      en: "If you trust this host, set both in the same place, or use --key-env OPENAI_API_KEY",
      zh: "如果您信任该主机，请在同一处设置这两个变量，或使用 --key-env OPENAI_API_KEY",
    },
  };
}

export function foreignKeySent(
  host: string,
  { variable, owner }: { variable: string; owner: Provider },
): Message {
  return {
    cause: {
      en: `--key-env sends ${variable}, the key for ${owner.title}, to ${host}`,
      zh: `--key-env 会把 ${owner.title} 的密钥 ${variable} 发送到 ${host}`,
    },
  };
}

/** To a service, although the variable `baseUrl` beside the key names another host. */
export function keyOfAnotherHost(
  variable: string,
  { host, baseUrl }: { readonly host: string; readonly baseUrl: string },
): Message {
  return {
    cause: {
      en: `${variable} is sent to ${host}, but ${baseUrl} beside it names another host`,
      zh: `${variable} 将发送到 ${host}，但与它一同设置的 ${baseUrl} 指向另一主机`,
    },
  };
}

export function keyInTheClear(host: string, isPrivate: boolean): Message {
  return isPrivate
    ? {
        cause: {
          en: `The key goes to ${host} over plain http: anyone on the local network can read it`,
          zh: `密钥将通过 http 明文发送到 ${host}：局域网内的其他人可以读取`,
        },
      }
    : {
        cause: {
          en: `The key goes to ${host} over plain http: anyone on the way can read it`,
          zh: `密钥将通过 http 明文发送到 ${host}：途中的任何人都可以读取`,
        },
        step: { en: "Use https if the server has it", zh: "如果服务支持，请使用 https" },
      };
}

/** For a failure at OpenAI when nothing but `OPENAI_API_KEY` led there. */
export function siliconFlowKeyBelongsElsewhere(siliconFlow: Provider): Message {
  return {
    cause: {
      en: "The key in OPENAI_API_KEY was sent to OpenAI",
      zh: "OPENAI_API_KEY 中的密钥已发送给 OpenAI",
    },
    step: {
      en: `If it is a SiliconFlow key, put it into ${siliconFlow.keyVariable} instead`,
      zh: `如果它是 SiliconFlow 的密钥，请改写入 ${siliconFlow.keyVariable}`,
    },
  };
}

/** For a failure at one of the two SiliconFlow sites. */
export function siliconFlowSitesAreSeparate(used: Provider, other: Provider): Message {
  return {
    cause: {
      en: `Keys of ${new URL(used.baseUrl).host} and ${new URL(other.baseUrl).host} are separate`,
      zh: `${new URL(used.baseUrl).host} 与 ${new URL(other.baseUrl).host} 的密钥互不通用`,
    },
    step: {
      en: `If the key is from ${other.keyPage}, put it into ${other.keyVariable} and use --provider ${other.name}`,
      zh: `如果密钥来自 ${other.keyPage}，请写入 ${other.keyVariable} 并使用 --provider ${other.name}`,
    },
  };
}

const REPAIRS: Readonly<Record<KeyRepair, Bilingual>> = {
  "outer blanks": { en: "blanks around it", zh: "首尾的空白" },
  quotes: { en: "quotes around it", zh: "外层的引号" },
  bearer: { en: '"Bearer" before it', zh: '开头的 "Bearer"' },
};

export function keyRepaired(
  variable: string,
  { source, repairs }: { source: SettingSource; repairs: readonly KeyRepair[] },
): Message {
  const from = sourceName(source);
  const en = repairs.map((repair) => REPAIRS[repair].en).join(", ");
  const zh = repairs.map((repair) => REPAIRS[repair].zh).join("、");
  return {
    cause: {
      en: `The key in ${variable} (${from.en}) is used without the ${en}`,
      zh: `使用 ${variable}（${from.zh}）中的密钥时已去掉${zh}`,
    },
  };
}

const FAULTS: Readonly<Record<KeyFault, Bilingual>> = {
  empty: { en: "is empty once quotes and blanks are gone", zh: "去掉引号和空白后为空" },
  placeholder: { en: "is a placeholder, not a key", zh: "是占位文字，不是密钥" },
  assignment: { en: "holds a whole NAME=KEY line", zh: "包含了整行 变量名=密钥" },
  url: { en: "is a URL, not a key", zh: "是网址，不是密钥" },
  "control character": { en: "holds a control character", zh: "含有控制字符" },
  "line break": { en: "holds a line break", zh: "含有换行" },
  blank: { en: "holds a blank", zh: "中间含有空白" },
  "foreign letter": {
    en: "holds a character that no key has, such as a Chinese or full-width one",
    zh: "含有密钥中不会出现的字符，例如中文或全角字符",
  },
  quote: {
    en: "begins or ends with a quote that has no partner",
    zh: "开头或结尾的引号没有配对",
  },
  "too short": { en: "is too short for a key", zh: "太短，不像是密钥" },
  "cut at #": { en: 'was cut off at a "#"', zh: '在 "#" 处被截断' },
};

const COPY_AGAIN: Bilingual = {
  en: "Copy the whole key again from the page where you got it",
  zh: "请从获取密钥的页面重新完整复制",
};

const FAULT_STEPS: Partial<Record<KeyFault, Bilingual>> = {
  assignment: { en: "Put only the key after the first =", zh: "请在第一个 = 之后只写密钥" },
  "cut at #": {
    en: "In .env a # begins a comment: put the key in single quotes",
    zh: "在 .env 中 # 表示注释：请用单引号括起密钥",
  },
};

export function keyFaulty(
  variable: string,
  { source, fault }: { source: SettingSource; fault: KeyFault },
): Message {
  const from = sourceName(source);
  return {
    cause: {
      en: `Cannot use the key in ${variable} (${from.en}): it ${FAULTS[fault].en}`,
      zh: `无法使用 ${variable}（${from.zh}）中的密钥：它${FAULTS[fault].zh}`,
    },
    step: FAULT_STEPS[fault] ?? COPY_AGAIN,
  };
}
