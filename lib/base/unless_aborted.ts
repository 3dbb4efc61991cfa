/**
 * The value of a promise, unless the signal is aborted before: then its reason is thrown. What the promise stands for
 * cannot be called off, as the opening of a pipe that nobody writes into; it is only waited for no longer.
 *
 * @throws the signal's reason; and what the promise rejects with.
 *
 * @example
 * ```ts
 * const aborted = AbortSignal.abort("enough");
 * await unlessAborted(Promise.resolve(1), new AbortController().signal); // 1
 * await unlessAborted(Promise.resolve(1), aborted).catch((reason) => reason); // "enough"
 * ```
 */
export async function unlessAborted<Value>(
  work: Promise<Value>,
  signal: AbortSignal,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener("abort", stop, { once: true });
    void work.then(resolve, reject).then(() => signal.removeEventListener("abort", stop));
  });
}
