import { fileURLToPath } from "node:url";
import type { PythonTool } from "../../support/python_tool.ts";

/** What writes the model. */
export const GGUF = "gguf==0.19.0";

/** An engine that can be had from PyPI. */
export interface Engine {
  readonly name: string;
  readonly requirement: string;
  /** The protocols it has. */
  readonly apis: readonly string[];
  /** Whether it counts tokens in a stream. */
  readonly usage: boolean;
  /** As what its metrics are read; `null`: it has none, nor times with each answer. */
  readonly metrics: "llamacpp" | null;
  readonly command: (given: {
    readonly tool: PythonTool;
    readonly model: string;
    readonly port: number;
  }) => string[];
}

/** `xllamacpp` is llama.cpp's own server, built, to be called from Python. */
export const ENGINES: readonly Engine[] = [
  {
    name: "llama.cpp",
    requirement: "xllamacpp==2026.10.11549",
    apis: ["chat", "completions", "responses", "messages"],
    usage: true,
    metrics: "llamacpp",
    command: ({ tool, model, port }) => [
      tool.program("python"),
      fileURLToPath(new URL("./native_server.py", import.meta.url)),
      model,
      String(port),
    ],
  },
  {
    name: "llama-cpp-python",
    requirement: "llama-cpp-python[server]==0.3.36",
    apis: ["chat", "completions"],
    usage: false,
    metrics: null,
    command: ({ tool, model, port }) => [
      tool.program("python"),
      "-m",
      "llama_cpp.server",
      "--model",
      model,
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
      "--n_ctx",
      "32768",
      "--n_threads",
      "1",
      "--n_threads_batch",
      "1",
    ],
  },
];
