import { expect, test } from "bun:test";
import { createColors } from "picocolors";
import type { Language } from "../../../lib/base/message.ts";
import { comparisonJson } from "../../../lib/report/comparison/comparison_json.ts";
import { comparisonMarkdown } from "../../../lib/report/comparison/comparison_markdown.ts";
import { renderComparison } from "../../../lib/report/comparison/comparison_table.ts";
import type { Gate } from "../../../lib/report/comparison/gate_texts.ts";
import type { ReportedComparison } from "../../../lib/report/comparison/side.ts";
import {
  madeUpComparison,
  type MadeUpSideRun,
  slowerFirstToken,
} from "../../support/comparisons.ts";

const gates: readonly Gate[] = [
  { flag: "--fail-above", limit: 0.05, findings: ["ttft_p50", "errors"], isDecided: true },
  { flag: "--must-be-within", limit: 0.005, findings: [], isDecided: true },
];

function rendered(
  reported: ReportedComparison,
  options: { readonly language?: Language; readonly width?: number; readonly color?: boolean } = {},
): string {
  const { language = "en", width = 80, color = false } = options;
  return renderComparison(reported, { language, width, styles: createColors(color), gates });
}

test("a comparison in English at 80 columns", () => {
  expect(rendered(slowerFirstToken(), { language: "en", width: 80 }))
    .toBe(`A  before.json: 5 runs of 50 requests, m at http://127.0.0.1:8000/v1
B  after.json: 5 runs of 50 requests, m at http://127.0.0.1:8000/v1

note: 0.8% / 24% of the requests failed: times and tokens/s are those of the
  others

                 A        B   A → B          interval
TTFT p50    100 ms   120 ms    +20%      +18% to +22%
TPOT mean  10.0 ms  10.2 ms   +2.0%    +2.0% to +2.0%
E2E p50    1.000 s  1.019 s   +2.0%    −4.2% to +8.5%
tokens/s       100      100    0.0%    −1.4% to +1.4%
failed        0.8%      24%  +23 pp  +16 pp to +31 pp

TTFT p50   B is slower by 20% (18% to 22%)
TPOT mean  B is slower by 2.0% (2.0% to 2.0%), within 5%
E2E p50    cannot tell: about 23 runs a side would
tokens/s   the same, within 5%
failed     more of B's requests, by 23 (16 to 31) points

The smallest difference that these runs show 4 times in 5: TTFT p50 1.8%, TPOT
  mean 0.0%, E2E p50 8.6%, tokens/s 1.8%
Intervals: Welch's t over 5 and 5 runs, 95% for the four together (Holm)

--fail-above 5%: not kept by TTFT p50, failed
--must-be-within 0.5%: kept`);
});

test("a comparison in English at 40 columns", () => {
  expect(rendered(slowerFirstToken(), { language: "en", width: 40 }))
    .toBe(`A  before.json: 5 runs of 50 requests, m
   at http://127.0.0.1:8000/v1
B  after.json: 5 runs of 50 requests, m
   at http://127.0.0.1:8000/v1

note: 0.8% / 24% of the requests
  failed: times and tokens/s are those
  of the others

                 A        B   A → B
TTFT p50    100 ms   120 ms    +20%
TPOT mean  10.0 ms  10.2 ms   +2.0%
E2E p50    1.000 s  1.019 s   +2.0%
tokens/s       100      100    0.0%
failed        0.8%      24%  +23 pp

TTFT p50   B is slower by 20% (18% to
           22%)
TPOT mean  B is slower by 2.0% (2.0% to
           2.0%), within 5%
E2E p50    cannot tell: about 23 runs a
           side would
tokens/s   the same, within 5%
failed     more of B's requests, by 23
           (16 to 31) points

The smallest difference that these
  runs show 4 times in 5: TTFT p50 1.8%,
  TPOT mean 0.0%, E2E p50 8.6%, tokens/s
  1.8%
Intervals: Welch's t over 5 and 5
  runs, 95% for the four together (Holm)

--fail-above 5%: not kept by TTFT p50,
  failed
--must-be-within 0.5%: kept`);
});

test("a comparison in Chinese at 80 columns", () => {
  expect(rendered(slowerFirstToken(), { language: "zh", width: 80 }))
    .toBe(`A  before.json：5 次运行，每次 50 个请求，m，http://127.0.0.1:8000/v1
B  after.json：5 次运行，每次 50 个请求，m，http://127.0.0.1:8000/v1

注意：有 0.8% / 24% 的请求失败：时间和 token/s 只来自其余请求

                 A        B   A → B              区间
TTFT p50    100 ms   120 ms    +20%      +18% 至 +22%
TPOT 平均  10.0 ms  10.2 ms   +2.0%    +2.0% 至 +2.0%
E2E p50    1.000 s  1.019 s   +2.0%    −4.2% 至 +8.5%
token/s        100      100    0.0%    −1.4% 至 +1.4%
失败          0.8%      24%  +23 pp  +16 pp 至 +31 pp

TTFT p50   B 慢 20%（18% 至 22%）
TPOT 平均  B 慢 2.0%（2.0% 至 2.0%），但不超过 5%
E2E p50    无法判断：每侧约需 23 次运行
token/s    相同，相差不超过 5%
失败       B 失败更多，多 23（16 至 31）个百分点

这些运行在 5 次中有 4 次能测出的最小差异：TTFT p50 1.8%，TPOT 平均 0.0%，E2E
  p50 8.6%，token/s 1.8%
区间：对 5 次和 5 次运行作 Welch t 检验，四项合计 95%（Holm）

--fail-above 5%：不满足，TTFT p50、失败
--must-be-within 0.5%：满足`);
});

test("a comparison in Chinese at 40 columns", () => {
  expect(rendered(slowerFirstToken(), { language: "zh", width: 40 }))
    .toBe(`A  before.json：5 次运行，每次 50 个请
   求，m，http://127.0.0.1:8000/v1
B  after.json：5 次运行，每次 50 个请
   求，m，http://127.0.0.1:8000/v1

注意：有 0.8% / 24% 的请求失败：时间和
  token/s 只来自其余请求

                 A        B   A → B
TTFT p50    100 ms   120 ms    +20%
TPOT 平均  10.0 ms  10.2 ms   +2.0%
E2E p50    1.000 s  1.019 s   +2.0%
token/s        100      100    0.0%
失败          0.8%      24%  +23 pp

TTFT p50   B 慢 20%（18% 至 22%）
TPOT 平均  B 慢 2.0%（2.0% 至 2.0%），但
           不超过 5%
E2E p50    无法判断：每侧约需 23 次运行
token/s    相同，相差不超过 5%
失败       B 失败更多，多 23（16 至 31）
           个百分点

这些运行在 5 次中有 4 次能测出的最小差
  异：TTFT p50 1.8%，TPOT 平均 0.0%，E2E
  p50 8.6%，token/s 1.8%
区间：对 5 次和 5 次运行作 Welch t 检
  验，四项合计 95%（Holm）

--fail-above 5%：不满足，TTFT p50、失
  败
--must-be-within 0.5%：满足`);
});

test("a comparison as Markdown in English", () => {
  expect(comparisonMarkdown(slowerFirstToken(), { language: "en", gates }))
    .toBe(`- **A**: before.json: 5 runs of 50 requests, m at http://127.0.0.1:8000/v1
- **B**: after.json: 5 runs of 50 requests, m at http://127.0.0.1:8000/v1

- 0.8% / 24% of the requests failed: times and tokens/s are those of the others

|  | A | B | A → B | interval | verdict |
| --- | ---: | ---: | ---: | ---: | --- |
| TTFT p50 | 100 ms | 120 ms | +20% | +18% to +22% | B is slower by 20% (18% to 22%) |
| TPOT mean | 10.0 ms | 10.2 ms | +2.0% | +2.0% to +2.0% | B is slower by 2.0% (2.0% to 2.0%), within 5% |
| E2E p50 | 1.000 s | 1.019 s | +2.0% | −4.2% to +8.5% | cannot tell: about 23 runs a side would |
| tokens/s | 100 | 100 | 0.0% | −1.4% to +1.4% | the same, within 5% |
| failed | 0.8% | 24% | +23 pp | +16 pp to +31 pp | more of B's requests, by 23 (16 to 31) points |

- --fail-above 5%: not kept by TTFT p50, failed
- --must-be-within 0.5%: kept

<sub>The smallest difference that these runs show 4 times in 5: TTFT p50 1.8%, TPOT mean 0.0%, E2E p50 8.6%, tokens/s 1.8%. Intervals: Welch's t over 5 and 5 runs, 95% for the four together (Holm).</sub>`);
});

test("a comparison as Markdown in Chinese", () => {
  expect(comparisonMarkdown(slowerFirstToken(), { language: "zh", gates }))
    .toBe(`- **A**: before.json：5 次运行，每次 50 个请求，m，http://127.0.0.1:8000/v1
- **B**: after.json：5 次运行，每次 50 个请求，m，http://127.0.0.1:8000/v1

- 有 0.8% / 24% 的请求失败：时间和 token/s 只来自其余请求

|  | A | B | A → B | 区间 | 结论 |
| --- | ---: | ---: | ---: | ---: | --- |
| TTFT p50 | 100 ms | 120 ms | +20% | +18% 至 +22% | B 慢 20%（18% 至 22%） |
| TPOT 平均 | 10.0 ms | 10.2 ms | +2.0% | +2.0% 至 +2.0% | B 慢 2.0%（2.0% 至 2.0%），但不超过 5% |
| E2E p50 | 1.000 s | 1.019 s | +2.0% | −4.2% 至 +8.5% | 无法判断：每侧约需 23 次运行 |
| token/s | 100 | 100 | 0.0% | −1.4% 至 +1.4% | 相同，相差不超过 5% |
| 失败 | 0.8% | 24% | +23 pp | +16 pp 至 +31 pp | B 失败更多，多 23（16 至 31）个百分点 |

- --fail-above 5%：不满足，TTFT p50、失败
- --must-be-within 0.5%：满足

<sub>这些运行在 5 次中有 4 次能测出的最小差异：TTFT p50 1.8%，TPOT 平均 0.0%，E2E p50 8.6%，token/s 1.8%。区间：对 5 次和 5 次运行作 Welch t 检验，四项合计 95%（Holm）。</sub>`);
});

test("one run a side gets no verdict, in English", () => {
  const reported = madeUpComparison([{ ttft: 100 }], [{ ttft: 150, failed: 1 }]);
  const styles = createColors(false);
  expect(renderComparison(reported, { language: "en", width: 80, styles }))
    .toBe(`A  before.json: 1 run of 50 requests, m at http://127.0.0.1:8000/v1
B  after.json: 1 run of 50 requests, m at http://127.0.0.1:8000/v1

                 A        B    A → B
TTFT p50    100 ms   150 ms     +50%
TPOT mean  10.0 ms  10.0 ms     0.0%
E2E p50    1.000 s  1.000 s     0.0%
tokens/s       100      100     0.0%
failed          0%       2%  +2.0 pp

That is so in these two runs: what of it is chance cannot be told
Measure each side several times: bun scripts/bench.ts --repeat 5 --out
  FILE.json`);
});

test("one run a side gets no verdict, in Chinese", () => {
  const reported = madeUpComparison([{ ttft: 100 }], [{ ttft: 150, failed: 1 }]);
  const styles = createColors(false);
  expect(renderComparison(reported, { language: "zh", width: 80, styles }))
    .toBe(`A  before.json：1 次运行，每次 50 个请求，m，http://127.0.0.1:8000/v1
B  after.json：1 次运行，每次 50 个请求，m，http://127.0.0.1:8000/v1

                 A        B    A → B
TTFT p50    100 ms   150 ms     +50%
TPOT 平均  10.0 ms  10.0 ms     0.0%
E2E p50    1.000 s  1.000 s     0.0%
token/s        100      100     0.0%
失败            0%       2%  +2.0 pp

这只是两次运行的结果：无法判断其中有多少出于偶然
请把每一侧多测几次：bun scripts/bench.ts --repeat 5 --out FILE.json`);
});

test("nothing is wider than the terminal, and colours change no text", () => {
  for (const language of ["en", "zh"] as const) {
    for (const width of [40, 57, 80, 100]) {
      const plain = rendered(slowerFirstToken(), { language, width });
      const widest = Math.max(...plain.split("\n").map((line) => Bun.stringWidth(line)));
      expect(widest).toBeLessThanOrEqual(width);
      const colored = rendered(slowerFirstToken(), { language, width, color: true });
      expect(colored).not.toBe(plain);
      expect(Bun.stripANSI(colored)).toBe(plain);
    }
  }
});

function twoRuns(ttft: number): MadeUpSideRun[] {
  return [{ ttft }, { ttft: ttft + 1 }];
}

test("what is worse is yellow, what is better green", () => {
  const text = rendered(madeUpComparison(twoRuns(100), twoRuns(50)), { color: true });
  expect(text).toContain("TTFT p50   \u001b[32mB is faster by 50%");
  const worse = rendered(madeUpComparison(twoRuns(50), twoRuns(100)), { color: true });
  expect(worse).toContain("TTFT p50   \u001b[33mB is slower by 99%");
});

/** The notes of two sides with two runs each. */
function notes(a: MadeUpSideRun, b: MadeUpSideRun, language: Language = "en"): string {
  const reported = madeUpComparison([a, { ...a, ttft: 101 }], [b, { ...b, ttft: 102 }]);
  const [, second = ""] = rendered(reported, { language, width: 1000 }).split("\n\n");
  return second;
}

const differing: readonly (readonly [
  what: string,
  MadeUpSideRun,
  MadeUpSideRun,
  string,
  string,
])[] = [
  [
    "models",
    { config: { model: "one" } },
    { config: { model: "other" } },
    "note: the models differ: model one / other",
    "注意：模型不同：model one / other",
  ],
  [
    "settings",
    { config: { concurrency: 4, parameters: { max_tokens: 20 } } },
    { config: { concurrency: 8, parameters: { max_tokens: 40 } } },
    'note: the settings differ: concurrency 4 / 8, parameters {"max_tokens":20} / {"max_tokens":40}',
    '注意：设置不同：concurrency 4 / 8，parameters {"max_tokens":20} / {"max_tokens":40}',
  ],
  [
    "lengths",
    { outputTokens: 100 },
    { outputTokens: 103 },
    "note: the answers differ in length: 100 / 103 tokens on average\n  E2E and tokens/s are about that, too; --synthetic or --max-tokens makes them equal",
    "注意：回答长度不同：平均 100 / 103 个 token\n  E2E 和 token/s 会受其影响；可用 --synthetic 或 --max-tokens 使长度一致",
  ],
  [
    "caches",
    { cachedShare: 0 },
    { cachedShare: 0.5 },
    "note: the prompt caches differ: 0% / 50% of the prompt tokens were cached\n  TTFT is about that, too; --cache unique keeps the cache out",
    "注意：提示词缓存不同：命中缓存的提示 token 占 0% / 50%\n  TTFT 会受其影响；--cache unique 可避免命中缓存",
  ],
  [
    "clients",
    { isClientLimited: true },
    {},
    "note: the client was the limit in 2 of 2 runs of A: the numbers are about it, too\n  The warnings of these runs say why; fewer streams at a time or another machine helps",
    "注意：客户端成为瓶颈（A 的 2 次运行中有 2 次）：数据也包含客户端的影响\n  原因见这些运行的警告；可减少并发流，或换一台机器",
  ],
  [
    "ends",
    {},
    { isCutShort: true },
    "note: cut short: 2 of 2 runs of B",
    "注意：被提前中断：B 的 2 次运行中有 2 次",
  ],
  [
    "failures",
    {},
    { failed: 10 },
    "note: 0% / 20% of the requests failed: times and tokens/s are those of the others",
    "注意：有 0% / 20% 的请求失败：时间和 token/s 只来自其余请求",
  ],
  [
    "machines",
    { environment: { cpu: "M1" } },
    { environment: { cpu: "M4" } },
    "note: the measuring machines differ: cpu M1 / M4",
    "注意：测量所用的机器不同：cpu M1 / M4",
  ],
];

test.each(differing)(
  "sides that differ in their %s are told so before the table",
  (_, a, b, en, zh) => {
    expect(notes(a, b)).toBe(en);
    expect(notes(a, b, "zh")).toBe(zh);
  },
);

test("what does not matter is no difference", () => {
  const one = {
    config: { base_url: "http://a/v1", plan_seed: 1, slo_ms: null },
    outputTokens: 100,
  };
  const other = {
    config: { base_url: "http://b/v1", plan_seed: 2, slo_ms: 3 },
    outputTokens: 101.9,
  };
  expect(notes(one, other)).toStartWith("      ");
});

test("what a file says steers neither a terminal nor Markdown", () => {
  const config = { model: "m\u001b[2J|<b>" };
  const reported = madeUpComparison([{ config }, { config }], [{}, {}]);
  expect(rendered(reported)).toContain("m␛[2J|<b>");
  expect(rendered(reported)).not.toContain("\u001b");
  expect(comparisonMarkdown(reported, { language: "en" })).toContain("m␛\\[2J\\|\\<b\\>");
});

test("JSON has values in ms, shares for differences, and null for what does not exist", () => {
  const {
    a,
    metrics,
    errors,
    gates: kept,
    method,
    schema,
  } = comparisonJson(slowerFirstToken(), {
    language: "en",
    gates,
  }) as Record<string, any>;
  expect([schema, method]).toEqual(["streamgauge.compare/1", "welch"]);
  expect(a).toEqual({
    sources: ["before.json"],
    runs: 5,
    requests: [50, 50, 50, 50, 50],
    pairs: null,
  });
  expect(metrics.map(({ metric, better }: Record<string, string>) => [metric, better])).toEqual([
    ["ttft_ms_p50", "lower"],
    ["tpot_ms_mean", "lower"],
    ["e2e_ms_p50", "lower"],
    ["output_tokens_per_second", "higher"],
  ]);
  expect(metrics[0]).toMatchObject({
    a: 99.997,
    b: 119.998,
    verdict: "higher",
    within_margin: false,
  });
  expect(metrics[0].difference).toBeCloseTo(0.2, 3);
  expect(metrics[2]).toMatchObject({ verdict: "unknown", runs_needed: 23, within_margin: null });
  expect(errors).toMatchObject({ a: { failed: 2, requests: 250 }, verdict: "more" });
  expect(kept).toEqual([
    { gate: "fail_above", limit: 0.05, kept: false, not_kept_by: ["ttft_ms_p50", "errors"] },
    { gate: "must_be_within", limit: 0.005, kept: true, not_kept_by: [] },
  ]);
  const single = comparisonJson(madeUpComparison([{ tpot: null }], [{ tpot: null }]), {
    language: "en",
  }) as Record<string, any>;
  expect(single["metrics"][1]).toEqual({
    metric: "tpot_ms_mean",
    primary: true,
    better: "lower",
    a: null,
    b: null,
    difference: null,
    interval: null,
    level: null,
    p: null,
    smallest_shown: null,
    verdict: "absent",
    within_margin: null,
    runs_needed: null,
  });
});
