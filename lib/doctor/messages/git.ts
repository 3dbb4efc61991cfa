import { invocation } from "../../command/invocation.ts";
import type { Bilingual, Message } from "../../base/message.ts";

/** Where a key is revoked. `keyPage` is `null` where the service is not known. */
function revoke(keyPage: string | null): Bilingual {
  return keyPage === null
    ? { en: "REVOKE the key where you got it", zh: "立即在获取密钥的页面吊销密钥" }
    : { en: `REVOKE the key at ${keyPage}`, zh: `立即在 ${keyPage} 吊销密钥` };
}

/** A `.env` file in the history. */
interface Committed {
  readonly name: string;
  readonly commit: string;
  readonly keyPage: string | null;
}

export function noGit(): Message {
  return {
    cause: { en: "not installed, so nothing can be committed", zh: "未安装，因此不会误提交" },
  };
}

export function noRepository(folder: string): Message {
  return { cause: { en: `${folder} is in no repository`, zh: `${folder} 不在任何仓库中` } };
}

/** `words` are git's own; empty when it was stopped for taking too long. */
export function gitFailed(folder: string, words: string): Message {
  return {
    cause:
      words === ""
        ? {
            en: `Cannot ask git about ${folder}: it took too long`,
            zh: `无法查询 ${folder} 的 git 状态：用时过长`,
          }
        : {
            en: `Cannot ask git about ${folder}: ${words}`,
            zh: `无法查询 ${folder} 的 git 状态：${words}`,
          },
    step: {
      en: "See for yourself: git status, and git log --all --oneline -- .env",
      zh: "请自行检查：git status，以及 git log --all --oneline -- .env",
    },
  };
}

export function envIsSafe(path: string): Message {
  return {
    cause: {
      en: `${path} is ignored, and in no commit`,
      zh: `${path} 已被忽略，也不在任何提交中`,
    },
  };
}

export function envNotIgnored(path: string): Message {
  return {
    cause: { en: `git does not ignore ${path}`, zh: `git 没有忽略 ${path}` },
    step: {
      en: 'Add a line ".env" to .gitignore',
      zh: "请在 .gitignore 中加一行 .env",
    },
  };
}

/** In the index, and in no commit yet. */
export function envStaged(path: string, name: string): Message {
  return {
    cause: {
      en: `${path} is staged: the next commit would hold the key`,
      zh: `${path} 已暂存：下一次提交会包含密钥`,
    },
    step: {
      en: `Take it out: git rm --cached -- "${name}", and add a line ".env" to .gitignore`,
      zh: `请移出暂存区：git rm --cached -- "${name}"，并在 .gitignore 中加一行 .env`,
    },
  };
}

/** Committed, but no version of it holds a key. */
export function envTrackedEmpty(path: string, name: string): Message {
  return {
    cause: {
      en: `${path} is in git, without a key so far: the next one would be committed`,
      zh: `${path} 已提交到 git，目前不含密钥：之后写入的密钥会被提交`,
    },
    step: {
      en: `Take it out: git rm --cached -- "${name}", and add a line ".env" to .gitignore`,
      zh: `请移出 git：git rm --cached -- "${name}"，并在 .gitignore 中加一行 .env`,
    },
  };
}

export function envTracked(path: string, { name, commit, keyPage }: Committed): Message {
  return {
    cause: {
      en: `${path} is in git (commit ${commit}): its key counts as public`,
      zh: `${path} 已提交到 git（提交 ${commit}）：其中的密钥应视为已泄露`,
    },
    step: {
      en: `1. ${revoke(keyPage).en} and make a new one  2. git rm --cached -- "${name}"  3. add a line ".env" to .gitignore  4. git commit -m "Stop tracking .env"`,
      zh: `1. ${revoke(keyPage).zh}并重新创建  2. git rm --cached -- "${name}"  3. 在 .gitignore 中加一行 .env  4. git commit -m "Stop tracking .env"`,
    },
  };
}

/** No longer tracked, but a commit has the key that is in use. */
export function keyInHistory(path: string, { name, commit, keyPage }: Committed): Message {
  return {
    cause: {
      en: `${path} was once committed (last touched in ${commit}), with the key that is in it now`,
      zh: `${path} 曾被提交（最近一次在 ${commit}），其中就有现在使用的密钥`,
    },
    step: {
      en: `${revoke(keyPage).en} and make a new one: deleting the file does not help. See it: git log --all --oneline -- "${name}"`,
      zh: `请${revoke(keyPage).zh}并重新创建：删除文件没有用。查看：git log --all --oneline -- "${name}"`,
    },
  };
}

/** No longer tracked, and the key of then is not the one in use. */
export function oldKeyInHistory(path: string, { name, commit, keyPage }: Committed): Message {
  return {
    cause: {
      en: `${path} was once committed (last touched in ${commit}) with another key: whoever has the repository can read it`,
      zh: `${path} 曾被提交（最近一次在 ${commit}），其中有另一个密钥：拿到仓库的人都能读到`,
    },
    step: {
      en: `If that key is still valid: ${revoke(keyPage).en}. See it: git log --all --oneline -- "${name}"`,
      zh: `如果那个密钥仍然有效，请${revoke(keyPage).zh}。查看：git log --all --oneline -- "${name}"`,
    },
  };
}

export function stagedKey(file: string): Message {
  return {
    cause: {
      en: `What is staged of "${file}" holds what looks like a key`,
      zh: `"${file}" 暂存的内容中有疑似密钥`,
    },
    step: {
      en: `Take the key out of the file and git add it again; if the key was pushed, REVOKE it. ${invocation("doctor")} --hook --install guards every commit`,
      zh: `请从文件中删去密钥并重新 git add；如已推送，请立即吊销。${invocation("doctor")} --hook --install 可在每次提交前检查`,
    },
  };
}

export function keyInRepository(file: string, keyPage: string | null): Message {
  return {
    cause: {
      en: `"${file}" in git holds a key of your .env`,
      zh: `git 中的 "${file}" 含有您 .env 里的密钥`,
    },
    step: {
      en: `Take it out of the file; if it was committed: ${revoke(keyPage).en} and make a new one`,
      zh: `请从文件中删去；如已提交，请${revoke(keyPage).zh}并重新创建`,
    },
  };
}
