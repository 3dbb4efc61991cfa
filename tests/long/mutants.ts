/**
 * Changes one operator of the library at a time and says which changes no test notices:
 *
 *     bun run mutants [--sample N] [--seed N] [--file lib/wire/sse.ts] [--at lib/wire/sse.ts:81:5] [--jobs N]
 *
 * It works on copies of the tree. A sample of 200 takes a quarter of an hour on two cores. Exits with 1 when more than
 * 5 % survive unexplained; what is explained stands in `mutants/equivalent.ts`.
 */
import { parseArgs } from "node:util";
import { seededRandom } from "../../lib/base/random.ts";
import { root } from "../support/doc_examples.ts";
import { findMutants, type Mutant } from "./mutants/find.ts";
import { reasonFor } from "./mutants/equivalent.ts";
import { Workplace } from "./mutants/workplace.ts";

const ROOMS = ["wire", "protocols", "measure", "transcript", "chat", "load"];
const MOST_SURVIVORS = 0.05;

const { values } = parseArgs({
  options: {
    sample: { type: "string", default: "200" },
    seed: { type: "string", default: "1" },
    file: { type: "string", multiple: true },
    at: { type: "string", multiple: true },
    jobs: { type: "string", default: "2" },
  },
});
const wanted = Number(values.sample);
const seed = Number(values.seed);
const places = values.at;
const files =
  values.file ??
  places?.map((place) => place.replace(/(?::\d+)+$/, "")) ??
  [...new Bun.Glob(`lib/{${ROOMS.join(",")}}/**/*.ts`).scanSync(root)].toSorted();

const all = await findMutants(root, { files: [...new Set(files)] });
const there = places === undefined ? all : all.filter((one) => places.includes(placeOf(one)));
const isWhole = values.file !== undefined || places !== undefined;
const mutants = sampled(there, isWhole ? there.length : wanted);
say(`${mutants.length} of ${all.length} mutants in ${files.length} files, seed ${seed}`);

// The copies go whatever happens.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));

const rooms = [...new Set(mutants.map(({ file }) => `./tests/${file.split("/")[1]}/`))];
if (places === undefined) {
  using workplace = new Workplace(root);
  if (!(await workplace.passes(rooms))) throw new Error(`tests fail unchanged: ${rooms.join(" ")}`);
}

const began = performance.now();
const survivors: Mutant[] = [];
let tried = 0;
let explained = 0;
const queue = mutants.values();
await Promise.all(Array.from({ length: Number(values.jobs) }, work));

const minutes = ((performance.now() - began) / 60_000).toFixed(1);
const share = survivors.length / mutants.length;
say(
  `${mutants.length} mutants in ${minutes} min: ${mutants.length - survivors.length - explained} noticed, ` +
    `${explained} explained, ${survivors.length} survived (${(share * 100).toFixed(1)} %)`,
);
if (share > MOST_SURVIVORS) process.exitCode = 1;

async function work(): Promise<void> {
  using workplace = new Workplace(root);
  for (const mutant of queue) {
    const isNoticed = await workplace.notices(mutant);
    tried++;
    if (tried % 20 === 0) process.stderr.write(`${tried} of ${mutants.length}\n`);
    if (isNoticed) continue;
    const reason = reasonFor(mutant);
    const { before, after, code } = mutant;
    const change = `${placeOf(mutant)}  ${before} → ${after === "" ? "(nothing)" : after}`;
    say(`${reason === null ? "survived" : `explained (${reason})`}  ${change}\n    ${code}`);
    if (reason === null) survivors.push(mutant);
    else explained++;
  }
}

function placeOf({ file, line, column }: Mutant): string {
  return `${file}:${line}:${column}`;
}

/** So many of them, in an order that the seed decides. */
function sampled(mutants: readonly Mutant[], count: number): Mutant[] {
  const random = seededRandom(seed);
  return mutants
    .map((mutant) => ({ mutant, at: random() }))
    .toSorted((a, b) => a.at - b.at)
    .slice(0, count)
    .map(({ mutant }) => mutant);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
