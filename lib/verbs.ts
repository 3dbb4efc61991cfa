import type { Verbs } from "./command/dispatch.ts";

/** What `streamgauge` can do. The command of a verb is loaded when it is used, and what carries it out when there is work. */
export const verbs: Verbs = {
  async ask() {
    const { askCommand: command } = await import("./ask/command.ts");
    return {
      command,
      main: async (...given) => (await import("./ask/ask.ts")).ask(...given),
    };
  },
  async bench() {
    const { benchCommand: command } = await import("./bench/command.ts");
    return {
      command,
      main: async (...given) => (await import("./bench/bench.ts")).bench(...given),
    };
  },
  async compare() {
    const { compareCommand: command } = await import("./compare/command.ts");
    return {
      command,
      main: async (...given) => (await import("./compare/compare.ts")).compare(...given),
    };
  },
  async replay() {
    const { replayCommand: command } = await import("./replay/command.ts");
    return {
      command,
      main: async (...given) => (await import("./replay/replay.ts")).replay(...given),
    };
  },
  async report() {
    const { reportCommand: command } = await import("./results/command.ts");
    return {
      command,
      main: async (...given) => (await import("./results/report.ts")).report(...given),
    };
  },
  async serve() {
    const { serveCommand: command } = await import("./serve/command.ts");
    return {
      command,
      main: async (...given) => (await import("./serve/serve.ts")).serve(...given),
    };
  },
  async worker() {
    const [{ workerCommand: command }, { worker: main }] = await Promise.all([
      import("./worker/command.ts"),
      import("./worker/worker.ts"),
    ]);
    return { command, main };
  },
  async doctor() {
    const { doctorCommand: command } = await import("./doctor/command.ts");
    return {
      command,
      main: async (...given) => (await import("./doctor/doctor.ts")).doctor(...given),
    };
  },
};
