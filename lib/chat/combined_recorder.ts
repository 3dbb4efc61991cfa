import type { Recorder } from "./complete_chat.ts";

/** One recorder that hands everything to each of these, in order. */
export function combinedRecorder(...all: readonly Recorder[]): Recorder {
  return {
    begin: (request) => all.forEach((recorder) => recorder.begin(request)),
    head: (head) => all.forEach((recorder) => recorder.head(head)),
    piece: (piece) => all.forEach((recorder) => recorder.piece(piece)),
    end: (ending, at) => all.forEach((recorder) => recorder.end(ending, at)),
  };
}
