/**
 * A process that records one request: `bun record_process.ts BASE_URL FILE`. It writes a line to stdout for each thing
 * that is in the file (`sent`, `head`, the number of characters so far) and, at the end, what became of it.
 */
import { writeSync } from "node:fs";
import { completeChat, type Recorder } from "../../lib/chat/complete_chat.ts";
import { bypassProxyForLoopback } from "../../lib/settings/loopback_proxy.ts";
import { TranscriptRecorder } from "../../lib/transcript/recorder.ts";
import { chatRequest } from "../../lib/protocols/completion_request.ts";

bypassProxyForLoopback(process.env);
const [baseUrl = "", path = ""] = process.argv.slice(2);
const errors: string[] = [];
const recorder = new TranscriptRecorder(path, {
  onError: (error) => void errors.push((error as NodeJS.ErrnoException).code ?? error.message),
});
let characters = 0;
const reporting: Recorder = {
  begin(request) {
    recorder.begin(request);
    say("sent");
  },
  head(head) {
    recorder.head(head);
    say("head");
  },
  piece(piece) {
    recorder.piece(piece);
    say(String((characters += piece.text.length)));
  },
  end: (ending, at) => recorder.end(ending, at),
};
const request = chatRequest({
  baseUrl,
  model: "m",
  messages: [{ role: "user", content: "你好" }],
  key: null,
});
const { verdict, reading } = await completeChat(request, { recorder: reporting });
recorder.close();
say(
  JSON.stringify({ errors, outcome: verdict.outcome, content: reading.choices[0]?.content ?? "" }),
);

function say(line: string): void {
  writeSync(1, `${line}\n`);
}
