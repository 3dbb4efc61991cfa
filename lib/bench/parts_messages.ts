import type { Bilingual, Message } from "../base/message.ts";
import type { ToolProblem } from "../protocols/tool_definitions.ts";

/** Why a file of `--tools` holds none. */
export function toolsUnusable(path: string, problem: ToolProblem | { kind: "no_json" }): Message {
  const why = reasonOf(problem);
  return {
    cause: {
      en: `Cannot take tools from "${path}": ${why.en}`,
      zh: `无法从 "${path}" 读取工具：${why.zh}`,
    },
    step: {
      en: 'A list as in a request: [{"type":"function","function":{"name":"…","parameters":{…}}}]',
      zh: '写法与请求中相同：[{"type":"function","function":{"name":"…","parameters":{…}}}]',
    },
  };
}

function reasonOf(problem: ToolProblem | { kind: "no_json" }): Bilingual {
  switch (problem.kind) {
    case "no_json":
      return { en: "it is not JSON", zh: "不是 JSON" };
    case "no_list":
      return { en: "there is no list of tools in it", zh: "其中没有工具列表" };
    case "no_name":
      return { en: `entry ${problem.entry} has no name`, zh: `第 ${problem.entry} 项没有名称` };
  }
}
