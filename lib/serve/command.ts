import { commonFlags, declareCommand } from "../command/declaration.ts";
import { serveFlags } from "./flags.ts";

export const serveCommand = declareCommand({
  verb: "serve",
  summary: {
    en: "Serve saved streams, or a simulated model, as a local endpoint that speaks every protocol",
    zh: "将保存的流或模拟模型作为本地服务提供，支持所有协议",
  },
  examples: [
    {
      args: "hello.sse",
      description: { en: "answer every request with this stream", zh: "用这个流回答所有请求" },
    },
    {
      args: "recorded/ --speed max --fault cut:after=50%:share=10%",
      description: {
        en: "test a client: one stream in ten breaks",
        zh: "测试客户端：十分之一的流会中断",
      },
    },
    {
      args: "--simulate ttft=300ms,tps=80,tokens=200",
      description: { en: "a model to put load on", zh: "用于压测的模拟模型" },
    },
    {
      args: "--verdict -- node client.js",
      description: {
        en: "does this client notice what goes wrong?",
        zh: "这个客户端能察觉故障吗？",
      },
    },
    {
      args: "--upstream https://api.siliconflow.cn/v1 --record recorded",
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
    command: true,
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
    ["upstream", "verdict"],
  ],
});
