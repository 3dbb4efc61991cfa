import { expect, test } from "bun:test";
import fc from "fast-check";
import { parsePrometheus } from "../../../lib/load/server_metrics/prometheus.ts";
import { runs } from "../../support/runs.ts";

test("samples are read with their labels; comments, times and exemplars are passed over", () => {
  const samples = parsePrometheus(`\
# HELP http_requests_total The total number of HTTP requests.
# TYPE http_requests_total counter
http_requests_total{method="post",code="200"} 1027 1395066363000
http_requests_total{method="post",code="400",}    3 1395066363000
  metric_without_timestamp_and_labels 12.47

msdos_file_access_time_seconds{path="C:\\\\DIR\\\\FILE.TXT",error="Cannot find \\"FILE\\":\\n{gone}"} 1.458255915e9
something_weird{problem="division by zero"} +Inf -3982045
latency_bucket{le="0.1"} 8 # {trace_id="a b"} 0.67
nothing NaN
# EOF
`);
  expect(samples.get("http_requests_total")).toEqual([
    { labels: { method: "post", code: "200" }, value: 1027 },
    { labels: { method: "post", code: "400" }, value: 3 },
  ]);
  expect(samples.get("metric_without_timestamp_and_labels")).toEqual([
    { labels: {}, value: 12.47 },
  ]);
  expect(samples.get("msdos_file_access_time_seconds")).toEqual([
    {
      labels: { path: "C:\\DIR\\FILE.TXT", error: 'Cannot find "FILE":\n{gone}' },
      value: 1_458_255_915,
    },
  ]);
  expect(samples.get("something_weird")?.[0]?.value).toBe(Infinity);
  expect(samples.get("latency_bucket")).toEqual([{ labels: { le: "0.1" }, value: 8 }]);
  expect(samples.get("nothing")?.[0]?.value).toBeNaN();
});

test("a bad line hides no other; a page of something else has no samples", () => {
  const samples = parsePrometheus('good 1\nbad{label="open 2\n3bad 4\nworse\nalso_good 5\r\n');
  expect([...samples.keys()]).toEqual(["good", "also_good"]);
  expect(parsePrometheus("<html><body>Not found</body></html>").size).toBe(0);
  expect(parsePrometheus('{"error":{"code":501}}').size).toBe(0);
});

test("whatever is written in the format is read back", () => {
  const name = fc.stringMatching(/^[a-zA-Z_:][a-zA-Z0-9_:]{0,12}$/);
  const labels = fc.dictionary(fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,6}$/), fc.string(), {
    maxKeys: 3,
    noNullPrototype: true,
  });
  // A text tells no -0.
  const value = fc.double({ noNaN: true }).map((number) => number + 0);
  fc.assert(
    fc.property(fc.array(fc.record({ name, labels, value }), { maxLength: 6 }), (written) => {
      const text = written
        .map(({ name: metric, labels: given, value: number }) => {
          const pairs = Object.entries(given).map(([key, held]) => `${key}="${escaped(held)}"`);
          const shown = number === Infinity ? "+Inf" : number === -Infinity ? "-Inf" : `${number}`;
          return `${metric}{${pairs.join(",")}} ${shown}\n`;
        })
        .join("");
      const read = parsePrometheus(text);
      for (const { name: metric, labels: given, value: number } of written) {
        expect(read.get(metric)).toContainEqual({ labels: given, value: number });
      }
    }),
    { numRuns: runs(300) },
  );
});

function escaped(text: string): string {
  return text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}
