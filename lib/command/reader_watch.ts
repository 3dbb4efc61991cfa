import { fstatSync } from "node:fs";

/** In ms: so often it is looked, and so long after the beginning for the first time. */
const LOOK_EVERY = 500;

/** `poll`'s words for a pipe, or a socket, that nobody reads any more: POLLERR, POLLHUP, POLLNVAL. */
const GONE = 0x08 | 0x10 | 0x20;

const LIBC: Partial<Record<NodeJS.Platform, string>> = {
  linux: "libc.so.6",
  darwin: "libSystem.B.dylib",
};

/**
 * Looks every half second whether somebody still reads the pipe behind a descriptor, and tells once when nobody does. A
 * program learns that only when it writes, which it cannot while it has nothing to say: so `ask … | head -1` would wait on
 * for an endpoint that has fallen silent. Neither Bun nor `node:` tells it, the system's `poll` does. Where that cannot be
 * called, and for whatever is no pipe or socket, nothing is told.
 *
 * @example
 * ```ts
 * const enough = new AbortController();
 * using _watch = watchReader(1, () => enough.abort());
 * ```
 */
export function watchReader(descriptor: number, onGone: () => void): Disposable {
  const library = LIBC[process.platform];
  let isOver = library === undefined || !isPipe(descriptor);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let isGone: (() => boolean) | null = null;
  const look = async (): Promise<void> => {
    isGone ??= await pollOf(library ?? "", descriptor).catch(() => null);
    if (isOver || isGone === null) return;
    if (isGone()) {
      isOver = true;
      onGone();
    } else again();
  };
  const again = (): void => {
    timer = setTimeout(() => void look(), LOOK_EVERY);
    timer.unref();
  };
  if (!isOver) again();
  return {
    [Symbol.dispose]() {
      isOver = true;
      clearTimeout(timer);
    },
  };
}

function isPipe(descriptor: number): boolean {
  try {
    const stat = fstatSync(descriptor);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

/** Loaded when it is wanted: most answers have come by then. */
async function pollOf(library: string, descriptor: number): Promise<() => boolean> {
  const { dlopen, ptr } = await import("bun:ffi");
  const { symbols } = dlopen(library, { poll: { args: ["ptr", "u64", "i32"], returns: "i32" } });
  // A `struct pollfd`: the descriptor, what is asked for, what is found.
  const asked = new Uint8Array(8);
  const view = new DataView(asked.buffer);
  view.setInt32(0, descriptor, true);
  return () => {
    view.setInt16(6, 0, true);
    return symbols.poll(ptr(asked), 1, 0) > 0 && (view.getInt16(6, true) & GONE) !== 0;
  };
}
