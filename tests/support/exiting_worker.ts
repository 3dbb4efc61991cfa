/** Preloaded into a worker: as soon as it has work, it ends, with a status of its own. */
if (Bun.main.endsWith("/worker.ts")) {
  process.on("message", ({ kind }: { readonly kind: string }) => {
    if (kind === "share") process.exit(7);
  });
}
