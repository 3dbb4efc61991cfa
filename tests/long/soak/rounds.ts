import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runLoad } from "../../../lib/load/run_load.ts";
import type { RequestRecord } from "../../../lib/measure/request_record.ts";
import type { ProtocolName } from "../../../lib/protocols/protocol.ts";
import { startLocalEndpoint } from "../../../lib/server/http/local_endpoint.ts";
import { readTranscript } from "../../../lib/transcript/transcript_file.ts";
import { faultsOf, faultySource, LONGEST_SILENCE } from "./faults.ts";

/** An endpoint, and the protocol that it is asked over. */
export interface Asked {
  readonly api: ProtocolName;
  readonly baseUrl: string;
}

/** Of so many recordings of a round one is read again. */
const READ_AGAIN = 50;

/** What became of a request, in words: `failed busy`. */
export function outcomeOf({ outcome, failure }: RequestRecord): string {
  return failure === null ? outcome : `${outcome} ${failure.kind}`;
}

/** What came of a round. */
export interface Round {
  readonly records: readonly RequestRecord[];
  /** By how much the event loop was late at most: µs. */
  readonly late: number;
}

/**
 * So many requests, each recorded. The recordings are counted, some are read, and all are removed.
 *
 * @throws when one is missing or cannot be read.
 */
export async function round(
  { api, baseUrl }: Asked,
  { requests, concurrency }: { readonly requests: number; readonly concurrency: number },
): Promise<Round> {
  const recordFolder = mkdtempSync(join(tmpdir(), "streamgauge-soak-"));
  try {
    const { records, recordingErrors, lag } = await runLoad({
      baseUrl,
      api,
      model: "simulated",
      prompts: { kind: "synthetic", words: 20 },
      limits: { firstByte: 10 * LONGEST_SILENCE, idle: LONGEST_SILENCE },
      plan: {
        arrivals: { kind: "closed", concurrency },
        until: { requests },
        drain: 60_000_000,
      },
      recordFolder,
    });
    const files = readdirSync(recordFolder);
    if (recordingErrors.length > 0 || records.length !== requests || files.length !== requests) {
      const found = `${records.length} requests, ${files.length} recordings`;
      throw new Error(`${api}: ${found} of ${requests}: ${recordingErrors.join("; ")}`);
    }
    for (const [index, file] of files.entries()) {
      if (index % READ_AGAIN === 0) await readTranscript(join(recordFolder, file));
    }
    return { records, late: Math.max(0, ...lag.map(([sample]) => sample)) };
  } finally {
    rmSync(recordFolder, { recursive: true });
  }
}

/** What becomes of one request that these faults strike, asked alone. */
export async function outcomeAlone(api: ProtocolName, set: string): Promise<string> {
  const endpoint = await startLocalEndpoint({ source: faultySource(faultsOf(set)) });
  try {
    const asked = { api, baseUrl: endpoint.baseUrl };
    const { records } = await round(asked, { requests: 1, concurrency: 1 });
    const [record] = records;
    if (record === undefined) throw new Error("nothing was asked");
    return outcomeOf(record);
  } finally {
    await endpoint.close();
  }
}
