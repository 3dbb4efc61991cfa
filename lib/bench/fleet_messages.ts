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

export function noRunName(): Message {
  return {
    cause: {
      en: "--collect takes the name of a run, as bench --fleet said it at its start",
      zh: "--collect 需要运行名，即 bench --fleet 开始时显示的名称",
    },
  };
}

export function nothingToCollect(bench: string): Message {
  return {
    cause: {
      en: `Nothing is known of run ${bench}: no worker of this fleet has told anything of it`,
      zh: `没有运行 ${bench} 的数据：此集群的工作机都没有提交过`,
    },
    step: {
      en: "A worker hands in what it kept when it is connected; what is older than a day is gone",
      zh: "工作机连接后会提交保留的数据；超过一天的数据已被清除",
    },
  };
}

export function partsMissing(workers: number): Message {
  const are = workers === 1 ? "1 worker has" : `${workers} workers have`;
  return {
    cause: {
      en: `${are} not told the end of its share: the run is incomplete`,
      zh: `${workers} 台工作机没有报告其部分的结束：运行不完整`,
    },
    step: {
      en: "Start them again with the same --keep, and collect once more",
      zh: "请用相同的 --keep 重新启动它们，然后再次收集",
    },
  };
}
