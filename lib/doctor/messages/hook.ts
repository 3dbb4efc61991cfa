import type { Message } from "../../base/message.ts";

export function hookInstalled(path: string): Message {
  return {
    cause: {
      en: `${path} now guards every commit here: no .env, no key`,
      zh: `已安装 ${path}：每次提交前检查 .env 和密钥`,
    },
    step: {
      en: "git commit --no-verify goes past it",
      zh: "git commit --no-verify 可跳过检查",
    },
  };
}

export function hookIsThere(path: string): Message {
  return {
    cause: {
      en: `${path} already guards every commit here`,
      zh: `${path} 已安装，无需重复安装`,
    },
  };
}

/** Ours was written beside it, under `name`. */
export function hookBesideAnother(path: string, name: string): Message {
  return {
    cause: {
      en: `Cannot install the hook: ${path} is another one, and was left alone`,
      zh: `无法安装：${path} 是其他钩子，未作改动`,
    },
    step: {
      en: `Ours is beside it. Call it from there, with a line after the first: "$(dirname "$0")/${name}" || exit 1`,
      zh: `本工具的钩子已放在它旁边。请在它的第一行之后加一行来调用："$(dirname "$0")/${name}" || exit 1`,
    },
  };
}

export function hookChanged(path: string): Message {
  return {
    cause: {
      en: `Cannot install the hook: ${path} is another version of it, or was changed`,
      zh: `无法安装：${path} 是它的另一个版本，或被修改过`,
    },
    step: { en: "--force replaces it", zh: "可用 --force 替换" },
  };
}

export function hookNotWritten(path: string, code: string): Message {
  return { cause: { en: `Cannot write ${path}: ${code}`, zh: `无法写入 ${path}：${code}` } };
}

export function hookWithoutGit(): Message {
  return {
    cause: { en: "Cannot install the hook: git is not installed", zh: "无法安装钩子：未安装 git" },
  };
}

export function hookWithoutRepository(folder: string): Message {
  return {
    cause: {
      en: `Cannot install the hook: ${folder} is in no git repository`,
      zh: `无法安装钩子：${folder} 不在 git 仓库中`,
    },
    step: {
      en: "Go to your project, or make one: git init",
      zh: "请进入您的项目，或新建仓库：git init",
    },
  };
}

export function installWithoutHook(): Message {
  return {
    cause: {
      en: "--install and --force say what to do with the hook; --hook is missing",
      zh: "--install 和 --force 用于钩子，缺少 --hook",
    },
    step: { en: "Write --hook --install", zh: "请写 --hook --install" },
  };
}
