import type { Flags } from "../command/flag_types.ts";

const fleet = { en: "Fleet", zh: "集群" };

/** How a bench runs on several machines. */
export const fleetFlags = {
  fleet: {
    type: "text",
    hint: "URL",
    group: fleet,
    description: {
      en: "Send from the workers that have joined at this Redis: redis://HOST:6379",
      zh: "由加入此 Redis 的工作机发送：redis://HOST:6379",
    },
  },
  "workers-min": {
    type: "number",
    integer: true,
    min: 1,
    max: 10_000,
    group: fleet,
    description: { en: "Wait until so many have joined", zh: "等待至少多少台工作机加入" },
    shownDefault: "1",
  },
  wait: {
    type: "duration",
    group: fleet,
    description: {
      en: "Wait this long for them, and for a Redis that is away",
      zh: "等待工作机加入或 Redis 恢复的时限",
    },
    shownDefault: "60s",
  },
  collect: {
    type: "text",
    hint: "RUN",
    group: fleet,
    description: {
      en: "Measure nothing, but fetch what the workers kept of a run that was cut off",
      zh: "不测量，只收集中断的运行在工作机上保留的数据",
    },
  },
} as const satisfies Flags;
