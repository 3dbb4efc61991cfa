import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import { DEFINITIONS, definitionsNamed } from "../../../lib/measure/definitions/definitions.ts";
import type { DefinitionName } from "../../../lib/measure/definitions/figures.ts";
import {
  type DefinedRequest,
  type SideBySide,
  sideBySide,
} from "../../../lib/measure/definitions/side_by_side.ts";
import type { Language } from "../../../lib/base/message.ts";
import { renderDefinitionTable } from "../../../lib/report/definitions/definition_table.ts";
import { renderDefinitions } from "../../../lib/report/definitions/definitions_report.ts";
import { definitionsJson } from "../../../lib/report/definitions/definitions_json.ts";
import { differencesOf } from "../../../lib/report/definitions/differences.ts";
import { wrapColumns } from "../../../lib/text/wrap.ts";
import {
  type MadeUpEvent,
  madeUpStream,
  piecesOf,
  readPieces,
} from "../../support/event_streams.ts";

function requestOf(events: readonly MadeUpEvent[]): DefinedRequest {
  const stream = madeUpStream(events);
  return readPieces(piecesOf(stream), stream.endedAt).request;
}

/** A role chunk, reasoning, answer, finish chunk, usage on its own, [DONE]. */
const reasoned = requestOf([
  { hasChoices: true, ms: 100 },
  { reasoning: true, ms: 300 },
  { reasoning: true, ms: 320 },
  { content: true, ms: 340 },
  { content: true, ms: 380 },
  { hasChoices: true, ms: 382 },
  { usage: 5, ms: 384 },
  { done: true, ms: 385 },
]);

const uncounted = requestOf([
  { content: true, ms: 100 },
  { content: true, ms: 120 },
  { done: true, ms: 121 },
]);

/** Usage on every chunk, and a tool call before the answer. */
const called = requestOf([
  { toolCalls: true, usage: 1, ms: 100 },
  { content: true, usage: 2, ms: 150 },
  { content: true, usage: 3, ms: 160 },
  { done: true, ms: 161 },
]);

const several = sideBySide([reasoned, called], definitionsNamed(["vllm", "guidellm", "otel"]));

function of(request: DefinedRequest, ...names: readonly DefinitionName[]): SideBySide {
  return sideBySide([request], names.length === 0 ? DEFINITIONS : definitionsNamed(names));
}

const plain = { styles: createColors(false), wrap: wrapColumns };

function table(side: SideBySide, width: number, language: Language = "en"): string {
  return `${renderDefinitionTable(side, { ...plain, width, language })}\n`;
}

function sentences(side: SideBySide, language: Language = "en"): string {
  return differencesOf(side)
    .map(({ message }) => `${message[language]}\n`)
    .join("");
}

test("a wide table has a column for each tool, ours first", () => {
  expect(table(of(reasoned), 120)).toBe(`\
                         Streamgauge  vLLM  AIPerf  guidellm  evalscope  SGLang  inference-perf  OTel
TTFT                 ms          300   100     300       300        100     300             340   100
first answer         ms          340     –     340       340          –       –               –     –
ITL            mean  ms         26.7  56.4    20.0      20.0       56.4    26.7               ?     –
ICL            mean  ms            –     –    26.7         –          –       –               –  47.3
TPOT                 ms         20.0  70.5       –      76.0       71.0    21.3            10.0     –
NTPOT                ms            –     –       –         –          –       –            77.2     –
E2E                  ms          380   382     380       385        384     385             386   386
tokens                             5     5       5         5          5       5               5     –
tokens/s                        13.2     –    13.2      13.0       13.0       –               –     –
tokens/s, run                   13.0  13.0    13.2         –       13.0    13.0            13.0     –
`);
  expect(table(of(reasoned), 120, "zh")).toBe(`\
                        Streamgauge  vLLM  AIPerf  guidellm  evalscope  SGLang  inference-perf  OTel
TTFT                ms          300   100     300       300        100     300             340   100
首个回答            ms          340     –     340       340          –       –               –     –
ITL           平均  ms         26.7  56.4    20.0      20.0       56.4    26.7               ?     –
ICL           平均  ms            –     –    26.7         –          –       –               –  47.3
TPOT                ms         20.0  70.5       –      76.0       71.0    21.3            10.0     –
NTPOT               ms            –     –       –         –          –       –            77.2     –
E2E                 ms          380   382     380       385        384     385             386   386
token 数                          5     5       5         5          5       5               5     –
token/s                        13.2     –    13.2      13.0       13.0       –               –     –
全程 token/s                   13.0  13.0    13.2         –       13.0    13.0            13.0     –
`);
});

test("at 80 columns the tools go into two blocks, each with ours", () => {
  expect(table(of(reasoned), 80)).toBe(`\
                         Streamgauge  vLLM  AIPerf  guidellm  evalscope  SGLang
TTFT                 ms          300   100     300       300        100     300
first answer         ms          340     –     340       340          –       –
ITL            mean  ms         26.7  56.4    20.0      20.0       56.4    26.7
ICL            mean  ms            –     –    26.7         –          –       –
TPOT                 ms         20.0  70.5       –      76.0       71.0    21.3
E2E                  ms          380   382     380       385        384     385
tokens                             5     5       5         5          5       5
tokens/s                        13.2     –    13.2      13.0       13.0       –
tokens/s, run                   13.0  13.0    13.2         –       13.0    13.0

                         Streamgauge  inference-perf  OTel
TTFT                 ms          300             340   100
first answer         ms          340               –     –
ITL            mean  ms         26.7               ?     –
ICL            mean  ms            –               –  47.3
TPOT                 ms         20.0            10.0     –
NTPOT                ms            –            77.2     –
E2E                  ms          380             386   386
tokens                             5               5     –
tokens/s                        13.2               –     –
tokens/s, run                   13.0            13.0     –
`);
});

test("in a narrow terminal each metric is a block with a line for each tool that has it", () => {
  expect(table(of(reasoned), 40)).toBe(`\
TTFT (ms)
  Streamgauge     300
  vLLM            100
  AIPerf          300
  guidellm        300
  evalscope       100
  SGLang          300
  inference-perf  340
  OTel            100
first answer (ms)
  Streamgauge     340
  AIPerf          340
  guidellm        340
ITL (ms)          mean
  Streamgauge     26.7
  vLLM            56.4
  AIPerf          20.0
  guidellm        20.0
  evalscope       56.4
  SGLang          26.7
  inference-perf     ?
ICL (ms)          mean
  AIPerf          26.7
  OTel            47.3
TPOT (ms)
  Streamgauge     20.0
  vLLM            70.5
  guidellm        76.0
  evalscope       71.0
  SGLang          21.3
  inference-perf  10.0
NTPOT (ms)
  inference-perf  77.2
E2E (ms)
  Streamgauge     380
  vLLM            382
  AIPerf          380
  guidellm        385
  evalscope       384
  SGLang          385
  inference-perf  386
  OTel            386
tokens
  Streamgauge     5
  vLLM            5
  AIPerf          5
  guidellm        5
  evalscope       5
  SGLang          5
  inference-perf  5
tokens/s
  Streamgauge     13.2
  AIPerf          13.2
  guidellm        13.0
  evalscope       13.0
tokens/s, run
  Streamgauge     13.0
  vLLM            13.0
  AIPerf          13.2
  evalscope       13.0
  SGLang          13.0
  inference-perf  13.0
`);
});

test("two tools stand side by side also where it is narrow", () => {
  expect(table(of(reasoned, "vllm"), 40)).toBe(`\
                         Streamgauge  vLLM
TTFT                 ms          300   100
first answer         ms          340     –
ITL            mean  ms         26.7  56.4
TPOT                 ms         20.0  70.5
E2E                  ms          380   382
tokens                             5     5
tokens/s                        13.2     –
tokens/s, run                   13.0  13.0
`);
});

test("of several streams there are mean, p50 and p99 of each metric", () => {
  expect(table(several, 80)).toBe(`\
                        Streamgauge  vLLM  guidellm  OTel
TTFT          mean  ms          200   100       200   100
              p50   ms          200   100       100   100
              p99   ms            –   100       300   100
first answer  mean  ms          245     –       245     –
              p50   ms          245     –       150     –
              p99   ms            –     –       340     –
ITL           mean  ms         28.0  48.9      23.3     –
              p50   ms         20.0  20.0      20.0     –
              p99   ms            –   191        30     –
ICL           mean  ms            –     –         –  43.0
              p50   ms            –     –         –  20.0
              p99   ms            –     –         –   189
TPOT          mean  ms         25.0     ?      67.5     –
              p50   ms         25.0     ?      76.0     –
              p99   ms            –     ?      76.0     –
E2E           mean  ms          270   271       273   274
              p50   ms          270   271       161   274
              p99   ms            –   380       385   384
tokens        mean                4     ?         4     –
              p50                 4     ?         3     –
              p99                 –     ?         5     –
tokens/s      mean             16.0     –      15.8     –
              p50              16.0     –      13.0     –
              p99                 –     –      18.6     –
`);
  expect(table(several, 40, "zh")).toBe(`\
TTFT (ms)      平均  p50  p99
  Streamgauge   200  200    –
  vLLM          100  100  100
  guidellm      200  100  300
  OTel          100  100  100
首个回答 (ms)  平均  p50  p99
  Streamgauge   245  245    –
  guidellm      245  150  340
ITL (ms)       平均   p50  p99
  Streamgauge  28.0  20.0    –
  vLLM         48.9  20.0  191
  guidellm     23.3  20.0   30
ICL (ms)       平均   p50  p99
  OTel         43.0  20.0  189
TPOT (ms)      平均   p50   p99
  Streamgauge  25.0  25.0     –
  vLLM            ?     ?     ?
  guidellm     67.5  76.0  76.0
E2E (ms)       平均  p50  p99
  Streamgauge   270  270    –
  vLLM          271  271  380
  guidellm      273  161  385
  OTel          274  274  384
token 数       平均  p50  p99
  Streamgauge     4    4    –
  vLLM            ?    ?    ?
  guidellm        4    3    5
token/s        平均   p50   p99
  Streamgauge  16.0  16.0     –
  guidellm     15.8  13.0  18.6
`);
});

test("no line is wider than the terminal", () => {
  for (const side of [of(reasoned), of(uncounted), of(called), several]) {
    for (const language of ["en", "zh"] as const) {
      for (const width of [40, 60, 80, 100]) {
        const text = renderDefinitions(side, { ...plain, width, language });
        const widest = Math.max(...text.split("\n").map((line) => Bun.stringWidth(line)));
        expect({ width, language, fits: widest <= width }).toEqual({ width, language, fits: true });
      }
    }
  }
});

test("a sentence tells of each difference that the stream shows", () => {
  expect(sentences(of(reasoned))).toBe(`\
vLLM and evalscope start at the first chunk with choices, also one without text: TTFT 100 ms instead of 300 ms
OTel starts at the first chunk of any kind: TTFT 100 ms instead of 300 ms
inference-perf starts at the first answer text, without reasoning and tool calls: TTFT 340 ms instead of 300 ms
vLLM and evalscope count the gaps of chunks without text into ITL: 5 of 56.4 ms on average, instead of 3 of 26.7 ms
AIPerf and guidellm have one ITL for each request, (last − first) / (tokens − 1): 20.0 ms on average instead of 26.7 ms
OTel counts the gaps between chunks of any kind (ICL): 6 of 47.3 ms on average, instead of 3 of 26.7 ms
vLLM, evalscope and SGLang divide their own E2E − TTFT by tokens − 1: TPOT 70.5 ms, 71.0 ms and 21.3 ms instead of 20.0 ms
guidellm divides the time to the last token, TTFT included, by all tokens: TPOT 76.0 ms instead of 20.0 ms
inference-perf divides the time from the first to the last answer text by all tokens − 1: TPOT 10.0 ms instead of 20.0 ms
vLLM ends at the last chunk with choices, also one without text: E2E 382 ms instead of 380 ms
evalscope ends at the last event before [DONE]: E2E 384 ms instead of 380 ms
guidellm and SGLang end at [DONE]: E2E 385 ms instead of 380 ms
inference-perf and OTel end with the body: E2E 386 ms instead of 380 ms
AIPerf is given with --use-server-token-count; by default it counts with the model's tokenizer, which a recording does not have
inference-perf is given with use_server_output_tokens; its ITL (?) cannot be given, since it counts the tokens of each chunk with the model's tokenizer
`);
  expect(sentences(of(reasoned), "zh")).toBe(`\
vLLM、evalscope 从第一个带 choices 的数据块算起，即使其中没有文本：TTFT 为 100 ms，而不是 300 ms
OTel 从第一个数据块算起，不论内容：TTFT 为 100 ms，而不是 300 ms
inference-perf 从第一段回答文本算起，不计推理和工具调用：TTFT 为 340 ms，而不是 300 ms
vLLM、evalscope 的 ITL 计入没有文本的数据块的间隔：5 个、平均 56.4 ms，而不是 3 个、平均 26.7 ms
AIPerf、guidellm 的 ITL 每个请求只有一个值，即（末 − 首）/（token 数 − 1）：平均 20.0 ms，而不是 26.7 ms
OTel 计入所有数据块之间的间隔（ICL）：6 个、平均 47.3 ms，而不是 3 个、平均 26.7 ms
vLLM、evalscope、SGLang 用自己的 E2E − TTFT 除以 token 数 − 1：TPOT 为 70.5 ms、71.0 ms、21.3 ms，而不是 20.0 ms
guidellm 用到末 token 为止的时间（含 TTFT）除以全部 token 数：TPOT 为 76.0 ms，而不是 20.0 ms
inference-perf 用首末两段回答文本之间的时间除以全部 token 数 − 1：TPOT 为 10.0 ms，而不是 20.0 ms
vLLM 以最后一个带 choices 的数据块为止，即使其中没有文本：E2E 为 382 ms，而不是 380 ms
evalscope 以 [DONE] 之前的最后一个事件为止：E2E 为 384 ms，而不是 380 ms
guidellm、SGLang 以 [DONE] 为止：E2E 为 385 ms，而不是 380 ms
inference-perf、OTel 以响应体结束为止：E2E 为 386 ms，而不是 380 ms
AIPerf 的数值按 --use-server-token-count 给出；默认用模型的分词器计数，而录制中没有分词器
inference-perf 的数值按 use_server_output_tokens 给出；其 ITL（?）无法给出，因为它用模型的分词器计算每个数据块的 token 数
`);
});

test("what needs a tokenizer is said with the reason", () => {
  expect(sentences(of(uncounted))).toBe(`\
guidellm and SGLang end at [DONE]: E2E 121 ms instead of 120 ms
inference-perf and OTel end with the body: E2E 122 ms instead of 120 ms
guidellm counts chunks as tokens where there is no usage
? cannot be given: vLLM's Python client takes usage from a chunk without choices alone, and where none comes it counts with the model's tokenizer, which a recording does not have (its Rust client takes usage from any chunk)
? cannot be given: AIPerf counts with the model's tokenizer; with --use-server-token-count it has no count where there is no usage
? cannot be given: evalscope counts with the model's tokenizer where there is no usage, which a recording does not have
? cannot be given: SGLang takes the length that was asked for as the count where there is no usage
? cannot be given: inference-perf counts with the model's tokenizer where there is no usage, also with use_server_output_tokens
`);
  expect(sentences(of(uncounted), "zh")).toBe(`\
guidellm、SGLang 以 [DONE] 为止：E2E 为 121 ms，而不是 120 ms
inference-perf、OTel 以响应体结束为止：E2E 为 122 ms，而不是 120 ms
没有用量时，guidellm 把数据块数当作 token 数
? 无法给出：vLLM 的 Python 客户端只读取不带 choices 的数据块中的用量，没有时用模型的分词器计数，而录制中没有分词器（其 Rust 客户端读取任何数据块中的用量）
? 无法给出：AIPerf 用模型的分词器计数；加了 --use-server-token-count 后，没有用量就没有 token 数
? 无法给出：没有用量时 evalscope 用模型的分词器计数，而录制中没有分词器
? 无法给出：没有用量时 SGLang 把请求的长度当作 token 数
? 无法给出：没有用量时，即使开启 use_server_output_tokens，inference-perf 也用模型的分词器计数
`);
});

test("tool calls and usage on every chunk show in other sentences", () => {
  expect(sentences(of(called, "vllm", "sglang", "inference-perf"))).toBe(`\
SGLang starts at the first text, and takes no tool call for one: TTFT 150 ms instead of 100 ms
inference-perf starts at the first answer text, without reasoning and tool calls: TTFT 150 ms instead of 100 ms
SGLang counts no gaps of tool calls into ITL: 1 of 10.0 ms on average, instead of 2 of 30.0 ms
SGLang divides its own E2E − TTFT by tokens − 1: TPOT 5.50 ms instead of 30.0 ms
inference-perf divides the time from the first to the last answer text by all tokens − 1: TPOT 5.00 ms instead of 30.0 ms
SGLang ends at [DONE]: E2E 161 ms instead of 160 ms
inference-perf ends with the body: E2E 162 ms instead of 160 ms
? cannot be given: vLLM's Python client takes usage from a chunk without choices alone, and where none comes it counts with the model's tokenizer, which a recording does not have (its Rust client takes usage from any chunk)
inference-perf is given with use_server_output_tokens; its ITL (?) cannot be given, since it counts the tokens of each chunk with the model's tokenizer
`);
  expect(sentences(of(called, "vllm", "sglang", "inference-perf"), "zh")).toBe(`\
SGLang 从第一段文本算起，不计工具调用：TTFT 为 150 ms，而不是 100 ms
inference-perf 从第一段回答文本算起，不计推理和工具调用：TTFT 为 150 ms，而不是 100 ms
SGLang 的 ITL 不计工具调用的间隔：1 个、平均 10.0 ms，而不是 2 个、平均 30.0 ms
SGLang 用自己的 E2E − TTFT 除以 token 数 − 1：TPOT 为 5.50 ms，而不是 30.0 ms
inference-perf 用首末两段回答文本之间的时间除以全部 token 数 − 1：TPOT 为 5.00 ms，而不是 30.0 ms
SGLang 以 [DONE] 为止：E2E 为 161 ms，而不是 160 ms
inference-perf 以响应体结束为止：E2E 为 162 ms，而不是 160 ms
? 无法给出：vLLM 的 Python 客户端只读取不带 choices 的数据块中的用量，没有时用模型的分词器计数，而录制中没有分词器（其 Rust 客户端读取任何数据块中的用量）
inference-perf 的数值按 use_server_output_tokens 给出；其 ITL（?）无法给出，因为它用模型的分词器计算每个数据块的 token 数
`);
});

test("the sentences of several streams compare means, and tell of other percentiles", () => {
  expect(sentences(several)).toBe(`\
vLLM starts at the first chunk with choices, also one without text: TTFT 100 ms on average instead of 200 ms
OTel starts at the first chunk of any kind: TTFT 100 ms on average instead of 200 ms
vLLM counts the gaps of chunks without text into ITL: 7 of 48.9 ms on average, instead of 5 of 28.0 ms
guidellm has one ITL for each request, (last − first) / (tokens − 1): 23.3 ms on average instead of 28.0 ms
OTel counts the gaps between chunks of any kind (ICL): 8 of 43.0 ms on average, instead of 5 of 28.0 ms
guidellm divides the time to the last token, TTFT included, by all tokens: TPOT 67.5 ms on average instead of 25.0 ms
vLLM ends at the last chunk with choices, also one without text: E2E 271 ms on average instead of 270 ms
guidellm ends at [DONE]: E2E 273 ms on average instead of 270 ms
OTel ends with the body: E2E 274 ms on average instead of 270 ms
guidellm takes a sample for a percentile, where the others interpolate between two
vLLM, guidellm and OTel give a p99 of 2 requests, too, which is nearly the slowest one; Streamgauge gives none below 100
? cannot be given: vLLM's Python client takes usage from a chunk without choices alone, and where none comes it counts with the model's tokenizer, which a recording does not have (its Rust client takes usage from any chunk)
`);
  expect(sentences(several, "zh")).toBe(`\
vLLM 从第一个带 choices 的数据块算起，即使其中没有文本：TTFT 平均为 100 ms，而不是 200 ms
OTel 从第一个数据块算起，不论内容：TTFT 平均为 100 ms，而不是 200 ms
vLLM 的 ITL 计入没有文本的数据块的间隔：7 个、平均 48.9 ms，而不是 5 个、平均 28.0 ms
guidellm 的 ITL 每个请求只有一个值，即（末 − 首）/（token 数 − 1）：平均 23.3 ms，而不是 28.0 ms
OTel 计入所有数据块之间的间隔（ICL）：8 个、平均 43.0 ms，而不是 5 个、平均 28.0 ms
guidellm 用到末 token 为止的时间（含 TTFT）除以全部 token 数：TPOT 平均为 67.5 ms，而不是 25.0 ms
vLLM 以最后一个带 choices 的数据块为止，即使其中没有文本：E2E 平均为 271 ms，而不是 270 ms
guidellm 以 [DONE] 为止：E2E 平均为 273 ms，而不是 270 ms
OTel 以响应体结束为止：E2E 平均为 274 ms，而不是 270 ms
guidellm 的百分位取某个样本的值，其他工具则在两个样本之间插值
vLLM、guidellm、OTel 对 2 个请求也给出 p99，它几乎就是最慢的那个；少于 100 个时 Streamgauge 不给出
? 无法给出：vLLM 的 Python 客户端只读取不带 choices 的数据块中的用量，没有时用模型的分词器计数，而录制中没有分词器（其 Rust 客户端读取任何数据块中的用量）
`);
});

test("rarer differences have sentences, too", () => {
  const failure = { kind: "truncated", status: 200, code: null, message: "cut" } as const;
  const cut = { ...reasoned, outcome: "truncated", failure } as const;
  const short = requestOf([
    { content: true, ms: 110 },
    { content: true, ms: 130 },
    { content: true, ms: 140 },
    { usage: 1, ms: 140 },
  ]);
  const one = requestOf([
    { content: true, ms: 100 },
    { usage: 1, ms: 100 },
  ]);
  const names = ["vllm", "evalscope", "inference-perf"] as const;
  const side = sideBySide([cut, short, one], definitionsNamed(names));
  const rare = new Set([
    "tpot_of_one_token",
    "takes_cut_streams",
    "nearest_rank",
    "needs_two_tokens",
  ]);
  const told = (language: Language): string =>
    differencesOf(side)
      .filter(({ code }) => rare.has(code))
      .map(({ code, message }) => `${code}: ${message[language]}\n`)
      .join("");
  expect(told("en")).toBe(`\
tpot_of_one_token: evalscope gives answers of one token a TPOT of 0, and averages it
takes_cut_streams: vLLM takes streams that were cut for complete: 3 streams instead of 2
nearest_rank: evalscope takes a sample for a percentile, where the others interpolate between two
needs_two_tokens: inference-perf gives TTFT and TPOT of two tokens or more; how many a single chunk holds is not known
`);
  expect(told("zh")).toBe(`\
tpot_of_one_token: evalscope 把只有一个 token 的回答的 TPOT 记为 0，并计入平均
takes_cut_streams: vLLM 把被截断的流也算作完整：3 个流，而不是 2 个
nearest_rank: evalscope 的百分位取某个样本的值，其他工具则在两个样本之间插值
needs_two_tokens: inference-perf 只对两个以上的 token 给出 TTFT 和 TPOT；单个数据块中有几个 token 无从得知
`);
});

test("which streams a tool takes for complete is told with their number, each number apart", () => {
  const cutFailure = { kind: "truncated", status: 200, code: null, message: "cut" } as const;
  const saidFailure = { kind: "endpoint", status: 200, code: "500", message: "died" } as const;
  const cut = { ...reasoned, outcome: "truncated", failure: cutFailure } as const;
  const said = { ...reasoned, outcome: "failed", failure: saidFailure } as const;
  const names = ["vllm", "aiperf", "guidellm"] as const;
  const side = sideBySide([reasoned, cut, said], definitionsNamed(names));
  const told = (language: Language): string[] =>
    differencesOf(side)
      .filter(({ code }) => code === "takes_cut_streams")
      .map(({ message }) => message[language]);
  expect(told("en")).toEqual([
    "vLLM and guidellm take streams that were cut for complete: 2 streams instead of 1",
    "AIPerf takes streams that were cut, or said an error, for complete: 3 streams instead of 1",
  ]);
  expect(told("zh")).toEqual([
    "vLLM、guidellm 把被截断的流也算作完整：2 个流，而不是 1 个",
    "AIPerf 把被截断或报错的流也算作完整：3 个流，而不是 1 个",
  ]);
});

test("streams on which all agree are told no difference of", () => {
  const same = requestOf([
    { content: true, ms: 100 },
    { content: true, ms: 120 },
    { content: true, ms: 140 },
    { usage: 3, ms: 140 },
    { done: true, ms: 140 },
  ]);
  expect(differencesOf(of(same, "vllm", "evalscope", "sglang"))).toEqual([]);
});

test("without a stream that has times, that is what is said", () => {
  const none = sideBySide([{ ...reasoned, trace: undefined }], DEFINITIONS);
  const shown = (language: Language): string =>
    renderDefinitions(none, { ...plain, width: 80, language });
  expect(shown("en")).toBe("No stream with times: there is nothing to compare with other tools");
  expect(shown("zh")).toBe("没有带时间的流：无法与其他工具比较");
});

function one(value: number): object {
  return { count: 1, mean: value, p50: value, p99: value };
}

test("the JSON has every tool's metrics in milliseconds, and names what cannot be given", () => {
  const { streams, tools, differences } = definitionsJson(of(reasoned), "en") as {
    streams: number;
    tools: Record<string, Record<string, unknown>>;
    differences: Record<string, unknown>[];
  };
  expect(streams).toBe(1);
  expect(Object.keys(tools)).toEqual(["streamgauge", ...DEFINITIONS.map(({ name }) => name)]);
  expect(tools["streamgauge"]).toMatchObject({
    version: null,
    ttft_ms: { ...one(300), p99: null },
    tpot_ms: { ...one(20), p99: null },
  });
  expect(tools["inference-perf"]).toEqual({
    version: "inference-perf (chat) at 7de5ef2, with use_server_output_tokens",
    requests: 1,
    token_sources: ["usage"],
    ttft_ms: one(340),
    ttfa_ms: null,
    itl_ms: null,
    icl_ms: null,
    tpot_ms: one(10),
    ntpot_ms: one(77.2),
    e2e_ms: one(386),
    output_tokens: one(5),
    output_tokens_per_second: null,
    run_output_tokens_per_second: expect.closeTo(12.953, 3),
    cannot_be_given: ["itl_ms"],
  });
  expect(differences[0]).toEqual({
    code: "starts_at_choices",
    tools: ["vllm", "evalscope"],
    message:
      "vLLM and evalscope start at the first chunk with choices, also one without text: TTFT 100 ms instead of 300 ms",
  });
});
