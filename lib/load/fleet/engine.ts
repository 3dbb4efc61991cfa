import { UserError } from "../../base/message.ts";
import { engineMissing } from "./messages.ts";

/** BullMQ and the client that it speaks to Redis with. */
export interface Engine {
  readonly bullmq: typeof import("bullmq");
  readonly ioredis: typeof import("ioredis");
}

/**
 * Loads the packages that a fleet runs on. They are optional: who benches from one machine installs neither. Both are
 * looked for before anything else is done, since BullMQ without its client says so again and again.
 *
 * @throws {UserError} when one of them is not installed, with the command that installs both.
 */
export async function loadEngine(): Promise<Engine> {
  try {
    const [bullmq, ioredis] = await Promise.all([import("bullmq"), import("ioredis")]);
    return { bullmq, ioredis };
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new UserError(engineMissing());
  }
}

function isNotFound(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : null;
  return code === "ERR_MODULE_NOT_FOUND" || code === "MODULE_NOT_FOUND";
}
