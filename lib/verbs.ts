import type { Verbs } from "./command/dispatch.ts";

/** What `streamgauge` can do. Each verb is loaded only when it is used. */
export const verbs: Verbs = {
  async ask() {
    const [{ askCommand: command }, { ask: main }] = await Promise.all([
      import("./ask/command.ts"),
      import("./ask/ask.ts"),
    ]);
    return { command, main };
  },
  async bench() {
    const [{ benchCommand: command }, { bench: main }] = await Promise.all([
      import("./bench/command.ts"),
      import("./bench/bench.ts"),
    ]);
    return { command, main };
  },
  async compare() {
    const [{ compareCommand: command }, { compare: main }] = await Promise.all([
      import("./compare/command.ts"),
      import("./compare/compare.ts"),
    ]);
    return { command, main };
  },
  async replay() {
    const [{ replayCommand: command }, { replay: main }] = await Promise.all([
      import("./replay/command.ts"),
      import("./replay/replay.ts"),
    ]);
    return { command, main };
  },
  async report() {
    const [{ reportCommand: command }, { report: main }] = await Promise.all([
      import("./results/command.ts"),
      import("./results/report.ts"),
    ]);
    return { command, main };
  },
  async serve() {
    const [{ serveCommand: command }, { serve: main }] = await Promise.all([
      import("./serve/command.ts"),
      import("./serve/serve.ts"),
    ]);
    return { command, main };
  },
  async worker() {
    const [{ workerCommand: command }, { worker: main }] = await Promise.all([
      import("./worker/command.ts"),
      import("./worker/worker.ts"),
    ]);
    return { command, main };
  },
  async doctor() {
    const [{ doctorCommand: command }, { doctor: main }] = await Promise.all([
      import("./doctor/command.ts"),
      import("./doctor/doctor.ts"),
    ]);
    return { command, main };
  },
};
