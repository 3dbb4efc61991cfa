import type { ProtocolName } from "../../protocols/protocol.ts";
import type { FieldError } from "./asked.ts";
import { jsonReply, type Reply } from "./reply.ts";
import type { WrittenError } from "./writers/writer.ts";
import { writerOf } from "./writers/writers.ts";

/** An error to answer with. */
export interface ReplyError extends WrittenError {
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error in the form of a protocol. */
export function errorReply(error: ReplyError, api: ProtocolName = "chat"): Reply {
  const { status, code, headers = {} } = error;
  return jsonReply(writerOf(api).error(error), { status, headers, from: code });
}

/** The answer to a request with a field that is wrong. */
export function fieldRefusal({ field, message }: FieldError, api: ProtocolName): Reply {
  return errorReply({ status: 400, code: "invalid_request", message, field }, api);
}
