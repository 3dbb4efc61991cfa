import { benchEndpointFlags, benchFlags } from "./flags.ts";
import { commonFlags, declareCommand } from "../command/declaration.ts";
import { samplingFlags } from "../target/endpoint_flags.ts";

/** A replay has all of these as they were recorded, or no use for them. */
const WITHOUT_REPLAY = [
  "cache",
  "turns",
  "depth",
  "ramp",
  "sweep",
  "find-max",
  "system",
  "max-tokens",
  "temperature",
  "top-p",
  "seed",
  "stop",
] as const;

/** What is of this machine, and not of a fleet. */
const WITHOUT_FLEET = ["workers", "demo", "record", "calibrate"] as const;

export const benchCommand = declareCommand({
  verb: "bench",
  summary: {
    en: "Put an endpoint under load and measure how it streams",
    zh: "对接口施加负载，测量其流式表现",
  },
  examples: [
    {
      args: "--demo --concurrency 8",
      description: { en: "try it, without a key", zh: "不用密钥，先试一试" },
    },
    {
      args: "--requests 50 --concurrency 4 --max-tokens 200",
      description: { en: "a closed loop of 4", zh: "4 路闭环" },
    },
    {
      args: "--rate 2 --arrival poisson --duration 1m --slo ttft=500ms",
      description: { en: "an open loop, and how many were good", zh: "开环，并统计合格率" },
    },
    {
      args: "--base-url http://a:8000/v1 --versus-base-url http://b:8000/v1",
      description: { en: "which of two servers is faster", zh: "两台服务器哪台更快" },
    },
    {
      args: "--replay recorded --speed 2",
      description: { en: "your own traffic, twice as fast", zh: "以两倍速重放自己的流量" },
    },
    {
      args: "--provider vllm --synthetic in=512,out=128 --find-max --slo ttft=1s,tpot=50ms",
      description: { en: "size a server", zh: "估算服务器容量" },
    },
  ],
  flags: { ...benchFlags, ...benchEndpointFlags, ...samplingFlags, ...commonFlags },
  exclusive: [
    ["requests", "duration"],
    ["prompt", "prompts", "synthetic", "mix", "replay"],
    ["mix", "turns"],
    ["mix", "images"],
    ["mix", "tools"],
    ["replay", "images"],
    ["replay", "tools"],
    ["speed", "rate"],
    ...WITHOUT_REPLAY.map((name) => ["replay", name] as const),
    ["sweep", "find-max", "repeat", "depth"],
    ["depth", "turns"],
    ["depth", "cache"],
    ["sweep", "rate"],
    ["sweep", "concurrency"],
    ["ramp", "rate"],
    ["turns", "rate"],
    ["ramp", "sweep"],
    ["ramp", "find-max"],
    ["cold", "warmup"],
    ...WITHOUT_FLEET.map((name) => ["fleet", name] as const),
    ["as", "find-max"],
    ["versus-provider", "versus-base-url"],
    ["demo", "provider"],
    ["demo", "base-url"],
  ],
});
