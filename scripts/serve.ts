import { commonFlags, declareCommand } from "../lib/command/declaration.ts";
import { answeringTo, cannotListen, reachableFromOutside, served } from "../lib/serve/messages.ts";
import { runScript } from "../lib/command/script.ts";
import { serveFlags } from "../lib/serve/flags.ts";
import { openService } from "../lib/serve/service.ts";
import { UserError } from "../lib/base/message.ts";
import type { ServedRequest } from "../lib/server/http/http_server.ts";

export const serve = declareCommand({
  name: "bun scripts/serve.ts",
  summary: {
    en: "Serve saved streams, or a simulated model, as a local OpenAI-compatible endpoint",
    zh: "将保存的流或模拟模型作为本地 OpenAI 兼容服务提供",
  },
  examples: [
    {
      command: "bun scripts/serve.ts hello.sse",
      description: { en: "answer every request with this stream", zh: "用这个流回答所有请求" },
    },
    {
      command: "bun scripts/serve.ts recorded/ --speed max --fault cut:after=50%:share=10%",
      description: {
        en: "test a client: one stream in ten breaks",
        zh: "测试客户端：十分之一的流会中断",
      },
    },
    {
      command: "bun scripts/serve.ts --simulate ttft=300ms,tps=80,tokens=200",
      description: { en: "a model to put load on", zh: "用于压测的模拟模型" },
    },
    {
      command: "bun scripts/serve.ts --upstream https://api.siliconflow.cn/v1 --record recorded",
      description: { en: "pass through to a real endpoint and record", zh: "转发到真实服务并录制" },
    },
  ],
  positional: {
    name: { en: "file", zh: "文件" },
    description: {
      en: "Transcripts, or folders of them",
      zh: "转录文件，或存放它们的文件夹",
    },
    min: 0,
    max: Infinity,
  },
  flags: { ...serveFlags, ...commonFlags },
  exclusive: [
    ["simulate", "upstream"],
    ["simulate", "speed"],
    ["simulate", "split"],
    ["simulate", "match"],
    ["upstream", "speed"],
    ["upstream", "split"],
    ["upstream", "match"],
    ["upstream", "fault"],
  ],
});

if (import.meta.main) {
  await runScript(serve, async ({ flags, positionals }, context) => {
    const { out, say, signal } = context;
    const host = flags.host ?? "127.0.0.1";
    const address = {
      host,
      port: flags.port ?? 0,
      onServed: flags.verbose ? (request: ServedRequest) => say(served(request)) : undefined,
    };
    const { start, message } = await openService(positionals, flags, context);
    const endpoint = await start(address).catch((error: NodeJS.ErrnoException) => {
      throw new UserError(cannotListen(`${host}:${address.port}`, error.code ?? error.message));
    });
    out.write(`${endpoint.baseUrl}\n`);
    if (!endpoint.names.isLoopback) {
      say(reachableFromOutside(host));
      say(answeringTo(endpoint.names));
    }
    say(message);
    await aborted(signal);
    await endpoint.close();
    return 0;
  });
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}
