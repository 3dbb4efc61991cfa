import manifest from "../../../package.json" with { type: "json" };
import type { Message } from "../../base/message.ts";

// What goes wrong with a fleet, in words.

export function engineMissing(): Message {
  const { bullmq, ioredis } = manifest.peerDependencies;
  return {
    cause: {
      en: "A fleet runs on BullMQ and Redis, and their packages are not installed here",
      zh: "集群运行在 BullMQ 和 Redis 之上，但本机没有安装所需的包",
    },
    step: {
      en: `Install both: npm install bullmq@${bullmq} ioredis@${ioredis}`,
      zh: `请安装：npm install bullmq@${bullmq} ioredis@${ioredis}`,
    },
  };
}

export function redisUnreachable(shown: string, reason: string): Message {
  return {
    cause: {
      en: `Cannot reach the Redis of the fleet at ${shown}: ${reason}`,
      zh: `无法连接集群的 Redis（${shown}）：${reason}`,
    },
    step: {
      en: "Check that it runs, and its address, user and password",
      zh: "请检查它是否在运行，以及地址、用户名和密码",
    },
  };
}

export function versionsDiffer(
  worker: string,
  { theirs, ours }: { readonly theirs: string; readonly ours: string },
): Message {
  return {
    cause: {
      en: `Worker ${worker} is streamgauge ${theirs}, and this bench is ${ours}: only the same version measures the same`,
      zh: `工作机 ${worker} 的 streamgauge 版本是 ${theirs}，而本次测试是 ${ours}：版本一致，测量才一致`,
    },
    step: {
      en: `Install streamgauge ${ours} there, or ${theirs} here`,
      zh: `请在那里安装 streamgauge ${ours}，或在这里安装 ${theirs}`,
    },
  };
}

export function tooFewWorkers(
  found: number,
  {
    wanted,
    present,
    seconds,
  }: { readonly wanted: number; readonly present: number; readonly seconds: number },
): Message {
  const busy = present - found;
  const among = {
    en: busy > 0 ? `; ${busy} more are there, and busy with another bench` : "",
    zh: busy > 0 ? `；另有 ${busy} 台正忙于其他测试` : "",
  };
  return {
    cause: {
      en: `Only ${found} of ${wanted} workers had joined after ${seconds} s${among.en}`,
      zh: `等待 ${seconds} 秒后只有 ${found} 台工作机加入，需要 ${wanted} 台${among.zh}`,
    },
    step: {
      en: "Start more with: streamgauge worker --fleet URL; or lower --workers-min, or raise --wait",
      zh: "请用 streamgauge worker --fleet URL 启动更多工作机，或降低 --workers-min，或增大 --wait",
    },
  };
}

export function workerRefuses(worker: string, { cause, step }: Message): Message {
  return {
    cause: {
      en: `Worker ${worker} cannot take part: ${cause.en}`,
      zh: `工作机 ${worker} 无法参与：${cause.zh}`,
    },
    ...(step === undefined ? undefined : { step }),
  };
}

export function noWorkersLeft(): Message {
  return {
    cause: { en: "All workers of the fleet are lost", zh: "集群的所有工作机都已失联" },
    step: { en: "Look after them, and run it again", zh: "请检查工作机，然后重新运行" },
  };
}

/** Redis did not come back in time; what the workers measured is with them. */
export function redisLost(bench: string): Message {
  return {
    cause: {
      en: "The Redis of the fleet is away: what the workers measure stays with them until it is back",
      zh: "集群的 Redis 无法访问：在它恢复之前，测得的数据保存在各工作机上",
    },
    step: {
      en: `Then collect it: streamgauge bench --fleet URL --collect ${bench}`,
      zh: `恢复后可收集：streamgauge bench --fleet URL --collect ${bench}`,
    },
  };
}
