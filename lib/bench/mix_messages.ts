import type { Bilingual, Message } from "../base/message.ts";

/** What is wrong in a file of `--mix`; `entry` is counted from 1, `null` where it is about the whole. */
export function mixUnusable(
  path: string,
  { entry, problem }: { readonly entry: number | null; readonly problem: Bilingual },
): Message {
  return {
    cause: {
      en: `Cannot take a mix from "${path}": ${entry === null ? "" : `entry ${entry} `}${problem.en}`,
      zh: `无法从 "${path}" 读取混合负载：${entry === null ? "" : `第 ${entry} 项`}${problem.zh}`,
    },
    step: {
      en: 'Write it as in [{"name":"chat","share":3,"prompts":"chat.jsonl"},{"name":"long","share":1,"synthetic":{"in":8000,"out":100}}]',
      zh: '写法如 [{"name":"chat","share":3,"prompts":"chat.jsonl"},{"name":"long","share":1,"synthetic":{"in":8000,"out":100}}]',
    },
  };
}
