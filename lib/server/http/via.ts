import { randomBytes } from "node:crypto";
import type { IncomingMessage } from "node:http";

/** By the name of its own that each server writes into `via`, it knows a request that it has passed on before. */
export class Via {
  readonly #name = `streamgauge-${randomBytes(6).toString("hex")}`;

  /** Whether a request has been through here. */
  knows(request: IncomingMessage): boolean {
    const stations = [request.headers.via ?? []].flat().join(",").split(",");
    return stations.some((station) => station.trim().split(/\s+/)[1] === this.#name);
  }

  /**
   * The header to add to what is passed on. Those of others stay before it.
   *
   * @see https://www.rfc-editor.org/rfc/rfc9110#section-7.6.3
   */
  get header(): readonly [name: string, value: string] {
    return ["via", `1.1 ${this.#name}`];
  }
}
