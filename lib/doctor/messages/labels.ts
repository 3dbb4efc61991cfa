import type { Bilingual } from "../../base/message.ts";
import type { CheckId } from "../check.ts";

/** What was checked, for the column before the finding. */
export const LABELS: Readonly<Record<CheckId, Bilingual>> = {
  bun: { en: "Bun", zh: "Bun" },
  env_file: { en: ".env", zh: ".env" },
  endpoint: { en: "endpoint", zh: "接口" },
  base_url: { en: "base URL", zh: "base URL" },
  key: { en: "key", zh: "密钥" },
  git: { en: "git", zh: "git" },
  proxy: { en: "proxy", zh: "代理" },
  dns: { en: "DNS", zh: "域名解析" },
  tcp: { en: "connection", zh: "连接" },
  tls: { en: "TLS", zh: "TLS" },
  models: { en: "models", zh: "模型列表" },
  completion: { en: "one token", zh: "一个 token" },
};
