import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
} from "node:fs";
import { join } from "node:path";
import { parseJson } from "../../base/json.ts";
import type { FleetConnection } from "./connection.ts";
import { EXPIRES, toldTo } from "./names.ts";
import type { SeatNews, Told } from "./orders.ts";

/** In bytes: so much is handed in at a time. */
const AT_ONCE = 1024 * 1024;

/** In ms: so long after it was refused, it is handed in again. */
const PAUSE = 500;

const ENDING = ".told.ndjson";

/** Whose a journal is. */
export interface LeftJournal {
  readonly bench: string;
  readonly seat: string;
  /** The process that wrote it. Default: this one. */
  readonly owner?: number;
}

/**
 * What a worker tells in a seat. All of it stands in a file first, and goes from there into Redis: nothing is lost while
 * Redis is away, and what Redis lost in a restart is handed in once more. Who reads it knows each line by its number.
 */
export class Journal implements Disposable {
  readonly #path: string;
  readonly #seat: string;
  readonly #bench: string;
  readonly #connection: FleetConnection;
  readonly #file: number;
  readonly #restarts: Disposable;
  #written = 0;
  #number = 0;
  #handedIn = 0;
  /** Counted up when everything is to be handed in anew. */
  #round = 0;
  #isHandingIn = false;
  #isOver = false;
  #waiting: (() => void)[] = [];

  /** @throws whatever making the folder or the file throws. */
  constructor(
    folder: string,
    {
      bench,
      seat,
      connection,
      owner = process.pid,
    }: LeftJournal & { readonly connection: FleetConnection },
  ) {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    this.#path = join(folder, `${bench}.${seat}.${owner}${ENDING}`);
    this.#file = openSync(this.#path, "a+", 0o600);
    this.#written = statSync(this.#path).size;
    this.#bench = bench;
    this.#seat = seat;
    this.#connection = connection;
    this.#restarts = connection.on("restarted", () => this.#handInAgain());
    this.#handInSoon();
  }

  /** What earlier processes have left in this folder; what is older than a day goes. */
  static left(folder: string, now: number): LeftJournal[] {
    const names = readdirIfThere(folder).filter((name) => name.endsWith(ENDING));
    return names.flatMap((name) => {
      const path = join(folder, name);
      if (now - statSync(path).mtimeMs > EXPIRES * 1000) {
        rmSync(path, { force: true });
        return [];
      }
      const [bench = "", seat = "", pid = ""] = name.slice(0, -ENDING.length).split(".");
      const owner = Number(pid);
      // In a container every process has the number of the one before.
      return owner !== process.pid && isRunning(owner) ? [] : [{ bench, seat, owner }];
    });
  }

  tell(news: SeatNews): void {
    const told: Told = { ...news, seat: this.#seat, number: this.#number++ };
    const line = Buffer.from(`${JSON.stringify(told)}\n`);
    appendFileSync(this.#file, line);
    this.#written += line.length;
    this.#handInSoon();
  }

  /** Resolves when Redis has all of it. */
  async handedIn(): Promise<void> {
    if (this.#handedIn >= this.#written || this.#isOver) return;
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Nobody needs it any more. */
  remove(): void {
    this[Symbol.dispose]();
    rmSync(this.#path, { force: true });
  }

  [Symbol.dispose](): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#restarts[Symbol.dispose]();
    closeSync(this.#file);
    this.#wake();
  }

  #handInAgain(): void {
    this.#round++;
    this.#handedIn = 0;
    this.#handInSoon();
  }

  #handInSoon(): void {
    if (this.#isHandingIn || this.#isOver) return;
    this.#isHandingIn = true;
    void this.#handIn().finally(() => (this.#isHandingIn = false));
  }

  async #handIn(): Promise<void> {
    const stream = toldTo(this.#bench);
    while (this.#handedIn < this.#written && !this.#isOver) {
      const round = this.#round;
      const text = this.#next();
      const batch = this.#connection.client.pipeline();
      for (const line of text.toString().split("\n")) {
        if (line !== "") batch.xadd(stream, "*", "told", line);
      }
      batch.expire(stream, EXPIRES);
      const results = await batch.exec().catch(() => null);
      const isIn = results?.every(([error]) => error === null) ?? false;
      // It is full, say: there may be room later.
      if (!isIn) await Bun.sleep(PAUSE);
      else if (round === this.#round) this.#handedIn += text.length;
    }
    this.#wake();
  }

  /** Whole lines from where it stands on. */
  #next(): Buffer {
    for (let size = AT_ONCE; ; size *= 2) {
      const bytes = Buffer.alloc(Math.min(size, this.#written - this.#handedIn));
      const count = readSync(this.#file, bytes, 0, bytes.length, this.#handedIn);
      const end = bytes.lastIndexOf("\n", count - 1);
      if (end !== -1) return bytes.subarray(0, end + 1);
      // Half a line that a process left when it was killed.
      if (count === this.#written - this.#handedIn) return bytes.subarray(0, count);
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const wake of waiting) wake();
  }
}

/** What a line of a stream says; `null` for what no worker wrote. */
export function readTold(line: string): Told | null {
  const value = parseJson(line);
  const isTold =
    typeof value === "object" &&
    value !== null &&
    "kind" in value &&
    "seat" in value &&
    "number" in value;
  return isTold ? (value as Told) : null;
}

function readdirIfThere(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
