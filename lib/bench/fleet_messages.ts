import type { Message } from "../base/message.ts";
import type { Fleet } from "../load/fleet/fleet.ts";

/** What `bench` says of a fleet. */

export function waitingForWorkers(joined: number, { at }: { readonly at: string }): Message {
  return {
    cause: {
      en: `Waiting for workers at ${at}; ${joined} have joined`,
      zh: `正在等待工作机加入 ${at}；已加入 ${joined} 台`,
    },
    step: {
      en: "On each machine: streamgauge worker --fleet URL",
      zh: "在每台机器上运行：streamgauge worker --fleet URL",
    },
  };
}

export function fleetGathered({
  bench,
  members,
  processes,
}: Pick<Fleet, "bench" | "members" | "processes">): Message {
  const count = members.length;
  const cores = members.reduce((sum, { card }) => sum + card.cores, 0);
  const names = members.map(({ card }) => card.name).toSorted();
  const shown = names.slice(0, NAMED).join(", ");
  const more = names.length > NAMED ? ", …" : "";
  return {
    cause: {
      en: `Run ${bench} on ${count} ${count === 1 ? "worker" : "workers"} (${shown}${more}): ${processes} of ${cores} cores send`,
      zh: `运行 ${bench}，工作机 ${count} 台（${shown}${more}）：${cores} 核中有 ${processes} 核发送请求`,
    },
  };
}

/** So many workers are named. */
const NAMED = 8;

export function redisAway(shown: string): Message {
  return {
    cause: {
      en: `The Redis of the fleet at ${shown} is away: the workers go on measuring, and hand it in when it is back`,
      zh: `集群的 Redis（${shown}）无法访问：各工作机继续测量，待其恢复后提交`,
    },
  };
}

export function redisBack(): Message {
  return { cause: { en: "Redis is back", zh: "Redis 已恢复" } };
}

/** Each worker asks its own machine. */
export function fleetAsksLoopback(host: string): Message {
  return {
    cause: {
      en: `${host} is this machine only: each worker asks for it on its own`,
      zh: `${host} 只代表本机：每台工作机都会访问它自己`,
    },
    step: {
      en: "Give --base-url an address that all of them reach, unless they all run here",
      zh: "除非工作机都在本机，否则请为 --base-url 提供它们都能访问的地址",
    },
  };
}
