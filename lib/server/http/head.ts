import type { ServerResponse } from "node:http";

/** A head as it was recorded, or as another server sent it. Names are in lower case. */
export interface Head {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[]>>;
}

/**
 * Sends the head of a response, at once. Which pages may read it is for this server to say, in the headers that are
 * set already: what another one said of that is left out, and its `vary` is added to.
 */
export function sendHead(response: ServerResponse, { status, headers }: Head): void {
  const kept = Object.entries(headers).filter(([name]) => !name.startsWith("access-control-"));
  const ours = response.getHeader("vary");
  const varied = kept.map(
    ([name, value]) => [name, name === "vary" && ours ? `${ours}, ${value}` : value] as const,
  );
  response.writeHead(status, Object.fromEntries(varied));
  // Without this the head would wait for the first piece.
  response.flushHeaders();
}
