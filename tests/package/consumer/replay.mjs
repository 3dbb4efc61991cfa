import { replayFetch, UserError } from "streamgauge/replay";
import { sseEvents } from "streamgauge/sse";

const response = await replayFetch("hello.sse", { split: "random:7" })(
  "http://x/v1/chat/completions",
  {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ model: "m", messages: [{ role: "user", content: "Hi" }], stream: true }),
  },
);
let answer = "";
for await (const { data } of sseEvents(response.body)) {
  if (data !== "[DONE]") answer += JSON.parse(data).choices[0]?.delta.content ?? "";
}
console.log(answer);

try {
  replayFetch("hello.sse", { faults: ["cut:afer=1"] });
} catch (error) {
  console.log(error instanceof UserError, error.userMessage.cause.zh !== "");
}
