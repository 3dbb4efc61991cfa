import { commonFlags, declareCommand } from "../lib/command/declaration.ts";
import { endpointFlags, requestHeaders, timeLimits } from "../lib/target/endpoint_flags.ts";
import { EXIT } from "../lib/command/exit_code.ts";
import { runScript } from "../lib/command/script.ts";
import { blockerIn, type Check, exitCodeOf } from "../lib/doctor/check.ts";
import { examine } from "../lib/doctor/examine.ts";
import { examineOnline, skipOnline } from "../lib/doctor/examine_online.ts";
import { gatherFacts } from "../lib/doctor/gather_facts.ts";
import { hookText, installHook } from "../lib/doctor/hook.ts";
import { installWithoutHook } from "../lib/doctor/messages/hook.ts";
import { checkingInterrupted } from "../lib/doctor/messages/online.ts";
import { openOnlineTarget } from "../lib/doctor/online_target.ts";
import { checksJson, renderCheck, renderSummary } from "../lib/doctor/report.ts";
import { jsonText } from "../lib/text/json_text.ts";
import { UserError } from "../lib/base/message.ts";

const checks = { en: "Checks", zh: "检查" };
const guard = { en: "Guard", zh: "防护" };

export const doctor = declareCommand({
  name: "bun scripts/doctor.ts",
  summary: {
    en: "Check the settings, git, the proxy and, if asked, the endpoint",
    zh: "检查设置、git、代理，并可实际测试接口",
  },
  examples: [
    {
      command: "bun scripts/doctor.ts",
      description: { en: "look at this machine; nothing is sent", zh: "检查本机，不发送任何请求" },
    },
    {
      command: "bun scripts/doctor.ts --online",
      description: {
        en: "also try the endpoint, with a request of one token",
        zh: "并实际测试接口，请求一个 token",
      },
    },
    {
      command: "bun scripts/doctor.ts --hook --install",
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

if (import.meta.main) {
  await runScript(doctor, async ({ flags }, { language, out, say, hide, signal, outIsClosed }) => {
    if (!flags.hook && (flags.install || flags.force)) throw new UserError(installWithoutHook());
    if (flags.install) {
      say(await installHook({ folder: process.cwd(), force: flags.force ?? false }));
      return EXIT.ok;
    }
    if (flags.hook) {
      out.write(hookText());
      return EXIT.ok;
    }
    const headers = requestHeaders(flags);
    const limits = timeLimits({ firstByteTimeout: 30_000, idleTimeout: 30_000, ...flags });
    const style = { language, ascii: process.env["TERM"] === "dumb", colors: out.colors };
    const found: Check[] = [];
    const report = (check: Check): void => {
      found.push(check);
      if (!flags.json) out.write(`${renderCheck(check, style)}\n`);
    };
    const facts = await gatherFacts(flags, { signal });
    const { checks, endpoint } = examine(facts);
    for (const file of facts.files) if (file.state === "read") file.secrets.forEach(hide);
    if (endpoint !== null && endpoint !== "demo") hide(endpoint.key);
    if (!signal.aborted) checks.forEach(report);
    if (flags.online && !signal.aborted) {
      if (endpoint === null) skipOnline().forEach(report);
      else {
        const blocker = blockerIn(checks);
        const { proxies } = facts;
        const options = { endpoint, proxies, headers, limits, blocker, model: flags.model };
        await using target = await openOnlineTarget(options);
        for await (const check of examineOnline(target, { signal })) report(check);
      }
    }
    if (outIsClosed()) return EXIT.ok;
    const interrupted = signal.aborted;
    if (flags.json) {
      const json = checksJson(found, { language, interrupted });
      out.write(`${jsonText(json, { indent: 2 })}\n`);
    } else if (!interrupted) {
      out.write(`\n${renderSummary(found, { language, online: flags.online ?? false })}\n`);
    }
    if (interrupted) say(checkingInterrupted());
    return interrupted ? EXIT.interrupted : exitCodeOf(found);
  });
}
