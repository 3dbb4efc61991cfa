/**
 * Speed, held against a floor, a peer or a goal in interleaved rounds, with their spread: `bun run perf`. Not part of the
 * gate: a machine's mood must not decide what is right.
 *
 * @module
 */

import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { withSection } from "../support/page_section.ts";
import { dispatch } from "./dispatch.ts";
import { envSizes } from "./env_sizes.ts";
import { fleet } from "./fleet.ts";
import { length } from "./length.ts";
import { manyStreams } from "./many_streams/part.ts";
import { offline } from "./offline.ts";
import { parsing } from "./parsing.ts";
import { readingSizes } from "./reading_sizes.ts";
import { replayedArrivals } from "./replayed_arrivals.ts";
import { measureParts, type Results } from "./results.ts";
import { roundTrip } from "./round_trip.ts";
import { serving } from "./serving.ts";
import { requestSizes } from "./sizes.ts";
import { splitter } from "./splitter.ts";
import { startUp } from "./start_up.ts";
import { markdown, plainPart } from "./table.ts";

const PAGE = fileURLToPath(new URL("../../PERFORMANCE.md", import.meta.url));

const { values: flags, positionals: names } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: "boolean", default: false },
    before: { type: "string" },
    out: { type: "string" },
    from: { type: "string" },
    write: { type: "boolean", default: false },
  },
});

const parts = [
  splitter,
  parsing({ before: flags.before }),
  offline({ before: flags.before }),
  length({ before: flags.before }),
  manyStreams({ before: flags.before }),
  roundTrip,
  serving({ before: flags.before }),
  dispatch({ before: flags.before }),
  replayedArrivals,
  startUp,
  requestSizes,
  readingSizes,
  envSizes,
  fleet,
];

const unknown = names.filter((name) => !parts.some((part) => part.name === name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no part ${unknown.join(", ")}.

Usage: bun run perf [PART…] [--quick] [--before CHECKOUT] [--out FILE.json] [--write]
       bun run perf --from FILE.json --write

${parts.map(({ name, about }) => `  ${name.padEnd(16)}${about}\n`).join("")}
--before measures an older checkout beside this one, --write rewrites the section of PERFORMANCE.md,
--quick is for trying: few rounds, small sizes.
`,
  );
  process.exit(2);
}

const results = flags.from === undefined ? await measureAll() : read(flags.from);
if (flags.out !== undefined) writeFileSync(flags.out, `${JSON.stringify(results, null, 2)}\n`);
if (flags.write) {
  writeFileSync(PAGE, withSection(readFileSync(PAGE, "utf8"), markdown(results), "perf"));
  Bun.spawnSync([process.execPath, "fmt", "--no-script", PAGE]);
}

function read(path: string): Results {
  return JSON.parse(readFileSync(path, "utf8")) as Results;
}

async function measureAll(): Promise<Results> {
  return await measureParts(
    names.length === 0 ? parts : parts.filter(({ name }) => names.includes(name)),
    {
      quick: flags.quick,
      onPart: (part) => process.stdout.write(`${plainPart(part)}\n`),
    },
  );
}
