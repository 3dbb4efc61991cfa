/** Preloaded into a worker: as soon as it has work, it sends what is no message. */
import { writeSync } from "node:fs";

/** The one that a worker is started with: behind stdin, stdout and stderr. */
const CHANNEL = 3;

if (Bun.main.endsWith("/worker.ts")) {
  process.on("message", ({ kind }: { readonly kind: string }) => {
    if (kind === "share") writeSync(CHANNEL, "{half a message\n");
  });
}
