/** Preloaded into a worker: the second one throws in the middle of its work, with the key in its words. */
if (Bun.main.endsWith("/worker.ts")) {
  process.on(
    "message",
    (message: { readonly share?: { readonly worker: number }; key?: string }) => {
      if (message.share?.worker !== 1) return;
      setTimeout(() => {
        throw new RangeError(`no room for ${message.key}`);
      });
    },
  );
}
