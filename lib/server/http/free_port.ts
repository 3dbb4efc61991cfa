import { type AddressInfo, createServer } from "node:net";
import type { Address } from "./http_server.ts";

/**
 * A port on which nobody listens: the given one, or any for 0. Several processes are to share it, and of these each would be
 * let in beside a stranger's too.
 *
 * @throws `EADDRINUSE` and its like, when nobody can listen there.
 *
 * @example
 * ```ts
 * await freePort({ port: 8000 }); // 8000
 * ```
 */
export async function freePort({ host = "127.0.0.1", port = 0 }: Address): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: found } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return found;
}
