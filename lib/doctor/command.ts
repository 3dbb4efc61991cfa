import { commonFlags, declareCommand } from "../command/declaration.ts";
import { API_NAMES } from "../settings/api.ts";
import { endpointFlags } from "../target/endpoint_flags.ts";

const checks = { en: "Checks", zh: "检查" };
const guard = { en: "Guard", zh: "防护" };

export const doctorCommand = declareCommand({
  verb: "doctor",
  summary: {
    en: "Check the settings, git, the proxy and, if asked, the endpoint",
    zh: "检查设置、git、代理，并可实际测试接口",
  },
  examples: [
    {
      args: "",
      description: { en: "look at this machine; nothing is sent", zh: "检查本机，不发送任何请求" },
    },
    {
      args: "--online",
      description: {
        en: "also try the endpoint, with a request of one token",
        zh: "并实际测试接口，请求一个 token",
      },
    },
    {
      args: "--hook --install",
      description: {
        en: "have git refuse commits with a key in them",
        zh: "让 git 拒绝含有密钥的提交",
      },
    },
  ],
  flags: {
    online: {
      type: "boolean",
      group: checks,
      description: {
        en: "Also try the endpoint: DNS, connection, TLS, models, one token",
        zh: "并测试接口：域名解析、连接、TLS、模型列表、一个 token",
      },
    },
    json: {
      type: "boolean",
      group: checks,
      description: { en: "Print the checks as JSON", zh: "以 JSON 输出检查结果" },
    },
    hook: {
      type: "boolean",
      group: guard,
      description: {
        en: "Print a git pre-commit hook that refuses keys",
        zh: "输出拒绝密钥的 git pre-commit 钩子",
      },
    },
    install: {
      type: "boolean",
      group: guard,
      description: {
        en: "Put the hook into the repository of this folder",
        zh: "把钩子安装到当前文件夹所在的仓库",
      },
    },
    force: {
      type: "boolean",
      group: guard,
      description: {
        en: "Replace another version of the hook, but no other hook",
        zh: "替换此钩子的其他版本，但不会替换别的钩子",
      },
    },
    ...endpointFlags,
    api: {
      ...endpointFlags.api,
      options: [...API_NAMES, "all"],
      description: {
        en: "The protocol to ask over; all: each of them, with --online",
        zh: "使用的协议；all：逐个测试全部协议（配合 --online）",
      },
    },
    ...commonFlags,
  },
  exclusive: [
    ["hook", "online"],
    ["hook", "json"],
    ["hook", "demo"],
    ["demo", "provider"],
    ["demo", "base-url"],
  ],
});
