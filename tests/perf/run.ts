/**
 * Speed, as ratios against a peer or a bare baseline in the same run, with their spread. Not part of the gate: a
 * machine's mood must not decide what is right.
 *
 * @module
 */

import { perfEnvSizes } from "./env_sizes.ts";
import { perfReadingSizes } from "./reading_sizes.ts";
import { perfRoundTrip } from "./round_trip.ts";
import { perfServe } from "./serve_streams.ts";
import { perfSizes } from "./sizes.ts";
import { perfSplitter } from "./splitter.ts";

function section(title: string, lines: readonly string[]): void {
  process.stdout.write(`${title}\n${lines.map((line) => `  ${line}\n`).join("")}\n`);
}

section("Splitter", perfSplitter());
section("Sizes", await perfSizes());
section(".env files", perfEnvSizes());
section("Reading what is large", perfReadingSizes());
section("Record, serve, record", await perfRoundTrip());
section("Serve", await perfServe());
