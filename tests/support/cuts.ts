/** The bytes whole, then byte by byte, then cut in two at every place. */
export function* everyCut<T extends Uint8Array | string>(input: T): Generator<T[]> {
  yield [input];
  yield pieces(input, 1);
  for (let at = 1; at < input.length; at++) {
    yield [input.slice(0, at) as T, input.slice(at) as T];
  }
}

/** The input in pieces of `length`. */
export function pieces<T extends Uint8Array | string>(input: T, length: number): T[] {
  const result: T[] = [];
  for (let at = 0; at < input.length; at += length) {
    result.push(input.slice(at, at + length) as T);
  }
  return result;
}

/** A response body that gives these parts, one a read. */
export function bodyOf(parts: readonly Uint8Array[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}

/** Decodes as the pipeline does, one text per part. */
export function decode(parts: readonly Uint8Array[]): string[] {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  return [...parts.map((part) => decoder.decode(part, { stream: true })), decoder.decode()];
}
