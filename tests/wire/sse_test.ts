import { expect, test } from "bun:test";
import fc from "fast-check";
import { decodeUtf8, type SseEvent, sseEvents, SseSplitter } from "../../lib/wire/sse.ts";
import cases from "../fixtures/sse_cases.json" with { type: "json" };
import { bodyOf, decode, everyCut, pieces } from "../support/cuts.ts";

interface ExpectedEvent {
  event: string;
  data?: string;
  dataRepeat?: { text: string; count: number };
  id: string;
}

interface SseCase {
  id: string;
  title: string;
  hex?: string;
  hexParts?: { hex: string; repeat?: number }[];
  expect: { events: ExpectedEvent[]; lastEventId: string; retry: number | null };
  flushedAtEof?: SseEvent[];
}

function bytesOf({ hex = "", hexParts = [{ hex }] }: SseCase): Uint8Array {
  return Buffer.concat(
    hexParts.map((part) => Buffer.from(part.hex.repeat(part.repeat ?? 1), "hex")),
  );
}

function eventOf({ event, data = "", dataRepeat, id }: ExpectedEvent): SseEvent {
  return { event, data: dataRepeat ? dataRepeat.text.repeat(dataRepeat.count) : data, id };
}

function split(texts: readonly string[]) {
  const splitter = new SseSplitter();
  const events = texts.flatMap((text) => splitter.push(text));
  const unfinished = splitter.end();
  return { events, unfinished, lastEventId: splitter.lastEventId, retry: splitter.retry };
}

function cutsOf(bytes: Uint8Array): Iterable<Uint8Array[]> {
  if (bytes.length <= 4096) return everyCut(bytes);
  return [[bytes], pieces(bytes, 1), pieces(bytes, 1000), pieces(bytes, 4097)];
}

for (const sseCase of cases.cases as SseCase[]) {
  test(`splitter, ${sseCase.id}: ${sseCase.title}`, () => {
    const { lastEventId, retry } = sseCase.expect;
    const events = sseCase.expect.events.map(eventOf);
    for (const parts of cutsOf(bytesOf(sseCase))) {
      const found = split(decode(parts));
      expect(found).toMatchObject({ events, lastEventId, retry });
      if (sseCase.flushedAtEof) expect([found.unfinished]).toEqual(sseCase.flushedAtEof);
    }
  });
}

test("sseEvents gives every case's events from a body, whole and byte by byte", async () => {
  for (const sseCase of cases.cases as SseCase[]) {
    const bytes = bytesOf(sseCase);
    for (const parts of [[bytes], pieces(bytes, bytes.length > 4096 ? 977 : 1)]) {
      const events = await Array.fromAsync(sseEvents(bodyOf(parts)));
      expect(events, sseCase.id).toEqual(sseCase.expect.events.map(eventOf));
    }
  }
});

test("sseEvents cancels the body when the loop is left", async () => {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(Buffer.from("data: a\n\n")),
    cancel: () => resolve(),
  });
  for await (const event of sseEvents(body)) {
    expect(event.data).toBe("a");
    break;
  }
  await cancelled;
});

test("splitter dispatches at a lone CR without waiting for what follows", () => {
  const splitter = new SseSplitter();
  expect(splitter.push("data: a\r\r")).toEqual([{ event: "message", data: "a", id: "" }]);
  expect(splitter.push("\ndata: b\n\n")).toEqual([{ event: "message", data: "b", id: "" }]);
});

test("splitter hands the unfinished event over apart, and leaves retry and the last ID alone", () => {
  const splitter = new SseSplitter();
  splitter.push("id: 1\ndata: a\n\nid: 2\nevent: late\ndata: b\nretry: 9");
  expect(splitter.end()).toEqual({ event: "late", data: "b", id: "2" });
  expect(splitter.lastEventId).toBe("1");
  expect(splitter.retry).toBeNull();
});

test("splitter begins anew after the end and keeps the last ID", () => {
  const splitter = new SseSplitter();
  splitter.push("id: 1\ndata: a\n\ndata: lost");
  splitter.end();
  expect(splitter.push("\uFEFFdata: b\n\n")).toEqual([{ event: "message", data: "b", id: "1" }]);
});

test("splitter drops one BOM, at the start only, wherever it is cut", () => {
  const bom = Buffer.from("\uFEFF\uFEFFdata: a\n\ndata: b\n\n");
  for (const parts of everyCut(bom)) {
    expect(split(decode(parts)).events.map((event) => event.data)).toEqual(["b"]);
  }
});

test("splitter gives the lines whose field it does not know", () => {
  const lines: [string, number][] = [];
  const splitter = new SseSplitter({ onUnknownLine: (...line) => lines.push(line) });
  splitter.push('error: {"message":"out of memory"}\nData: a\n: comment\n\ndata: b\n\nDatum\n');
  expect(lines).toEqual([
    ['error: {"message":"out of memory"}', 0],
    ["Data: a", 0],
    ["Datum", 1],
  ]);
});

test("splitter takes an event of the longest length and refuses a longer one, wherever it is cut", () => {
  const fits = `data: ${"x".repeat(10)}\ndata: ${"y".repeat(9)}\n\n`;
  const over = `data: ok\n\ndata: ${"x".repeat(10)}\ndata: ${"y".repeat(10)}\n\n`;
  const longLine = `data: ok\n\n: ${"x".repeat(30)}`;
  for (const parts of everyCut(fits)) {
    const splitter = new SseSplitter({ maxEventLength: 20 });
    expect(parts.flatMap((part) => splitter.push(part))).toHaveLength(1);
  }
  for (const text of [over, longLine]) {
    for (const parts of everyCut(text)) {
      const splitter = new SseSplitter({ maxEventLength: 20 });
      const events: SseEvent[] = [];
      expect(() => {
        for (const part of parts) events.push(...splitter.push(part));
        splitter.end();
      }).toThrow(/^Cannot split event stream: (an event|a line) has more than 20 characters$/);
      expect(events.map((event) => event.data)).toEqual(["ok"]);
    }
  }
});

test("splitter refuses an endless line of 17 MiB by default", () => {
  const splitter = new SseSplitter();
  const piece = "x".repeat(1024 * 1024);
  expect(() => {
    for (let i = 0; i < 17; i++) splitter.push(piece);
  }).toThrow(RangeError);
});

test("splitter gives back any events that were written, wherever the text is cut", () => {
  const line = fc.string({ unit: "binary" }).map((text) => text.replace(/[\r\n]/g, ""));
  const eol = fc.constantFrom("\n", "\r", "\r\n");
  const event = fc.record({
    event: line,
    id: line.map((text) => text.replaceAll("\0", "")),
    data: fc.array(line, { minLength: 1, maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(event), eol, fc.infiniteStream(fc.nat(20)), (written, eol, lengths) => {
      const text = written
        .map(({ event, id, data }) =>
          [`event: ${event}`, `id: ${id}`, ...data.map((part) => `data: ${part}`), "", ""].join(
            eol,
          ),
        )
        .join("");
      const parts: string[] = [];
      for (let at = 0; at < text.length;) {
        const length = lengths.next().value;
        parts.push(text.slice(at, at + length));
        at += length;
      }
      expect(split(parts).events).toEqual(
        written.map(({ event, id, data }) => ({
          event: event || "message",
          id,
          data: data.join("\n"),
        })),
      );
    }),
  );
});

test("decodeUtf8 keeps a BOM and joins characters that were cut", async () => {
  const bytes = Buffer.from("\uFEFF你好👩‍👧");
  for (const parts of everyCut(bytes)) {
    const texts = await Array.fromAsync(decodeUtf8(bodyOf(parts)));
    expect(texts.join("")).toBe("\uFEFF你好👩‍👧");
  }
});

test("decodeUtf8 gives on an error of the body as it is, behind the text before it", async () => {
  const gone = new Error("gone");
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => controller.enqueue(Buffer.from("你好")),
    pull: () => Promise.reject(gone),
  });
  const reader = decodeUtf8(body).getReader();
  expect((await reader.read()).value).toBe("你好");
  expect(await reader.read().catch((error: unknown) => error)).toBe(gone);
});

test("decodeUtf8 tells the body at once that nothing more is wanted, also a silent one", async () => {
  const { promise: cancelled, resolve } = Promise.withResolvers<unknown>();
  const reader = decodeUtf8(new ReadableStream<Uint8Array>({ cancel: resolve })).getReader();
  const waiting = reader.read();
  await reader.cancel("enough");
  expect(await cancelled).toBe("enough");
  expect((await waiting).done).toBe(true);
});

test("splitter names the blocks that have a name and no data, wherever the text is cut", () => {
  for (const parts of everyCut(
    "event: error\n\ndata: x\n\nevent: a\ndata: y\n\nevent:\n\nevent: last",
  )) {
    const names: string[] = [];
    const splitter = new SseSplitter({ onNameWithoutData: (name) => names.push(name) });
    const events = parts.flatMap((part) => splitter.push(part));
    splitter.end();
    expect(events.map(({ data }) => data)).toEqual(["x", "y"]);
    expect(names).toEqual(["error", "last"]);
  }
});
