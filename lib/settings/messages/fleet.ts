import type { Message } from "../../base/message.ts";

// What is wrong with the address of a fleet. It is never repeated: it may hold a password.

const EXAMPLE = {
  en: "Write it like redis://10.0.0.5:6379 or, with TLS, rediss://10.0.0.5:6379",
  zh: "写法如 redis://10.0.0.5:6379，使用 TLS 时为 rediss://10.0.0.5:6379",
};

export function fleetIsNoUrl(from: string): Message {
  return {
    cause: { en: `${from} is no address of a Redis`, zh: `${from} 不是 Redis 地址` },
    step: EXAMPLE,
  };
}

export function fleetHasParts(from: string): Message {
  return {
    cause: {
      en: `${from} must end with the port or the number of the database: no ? and no #`,
      zh: `${from} 必须以端口或数据库编号结尾，不能带 ? 或 #`,
    },
    step: EXAMPLE,
  };
}

export function fleetNotSet(variable: string): Message {
  return {
    cause: {
      en: `It is not known which fleet to join: neither --fleet nor ${variable} is set`,
      zh: `不知道要加入哪个集群：--fleet 和 ${variable} 都没有设置`,
    },
    step: EXAMPLE,
  };
}
