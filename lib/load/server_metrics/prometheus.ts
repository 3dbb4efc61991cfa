/** One value of a metric. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Samples by the names of their metrics, as they stand there: `_sum`, `_count` and `_bucket` are metrics of their own. */
export type Samples = ReadonlyMap<string, readonly Sample[]>;

const LINE =
  /^([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]*(?:\{((?:[^"}]|"(?:[^"\\]|\\.)*")*)\})?[ \t]+([^\s#]+)(?:[ \t]+-?[\d.]+)?[ \t]*(?:#.*)?$/;

const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)[ \t]*=[ \t]*"((?:[^"\\]|\\.)*)"/g;

/**
 * Reads the text format of Prometheus, and that of OpenMetrics as far as it is the same: samples with their labels. Comments
 * are passed over, and so are times and exemplars. A line that is none of it is left out: one bad line of an exporter is not
 * to hide all others.
 *
 * @see https://prometheus.io/docs/instrumenting/exposition_formats/
 *
 * @example
 * ```ts
 * parsePrometheus('queue{model="m"} 3\n').get("queue"); // [{ labels: { model: "m" }, value: 3 }]
 * ```
 */
export function parsePrometheus(text: string): Samples {
  const samples = new Map<string, Sample[]>();
  for (const line of text.split("\n")) {
    const [, name, labels = "", written = ""] = LINE.exec(line.trim()) ?? [];
    const value = numberOf(written);
    if (name === undefined || value === null) continue;
    const sample = { labels: labelsIn(labels), value };
    const others = samples.get(name);
    if (others === undefined) samples.set(name, [sample]);
    else others.push(sample);
  }
  return samples;
}

function labelsIn(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  for (const [, name = "", value = ""] of text.matchAll(LABEL)) {
    labels[name] = value.replace(/\\(.)/g, (_, character: string) =>
      character === "n" ? "\n" : character,
    );
  }
  return labels;
}

function numberOf(text: string): number | null {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith("-") ? -Infinity : Infinity;
  if (/^nan$/i.test(text)) return Number.NaN;
  const value = Number(text);
  return text === "" || Number.isNaN(value) ? null : value;
}
