/** So many workers of a fleet in one process, for `bun run perf fleet`: `bun fleet_host.ts URL COUNT`. Ends with its stdin. */
import { startWorkers } from "../support/fleet_workers.ts";

const [url = "", count = "1"] = process.argv.slice(2);
await using _workers = await startWorkers({ url }, Number(count));
for await (const _ of Bun.stdin.stream());
