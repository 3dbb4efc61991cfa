import type OpenAI from "openai";

/** The application under test: streams an answer, and hands on each text as it arrives. */
export async function greet(client: OpenAI, show: (text: string) => void): Promise<string> {
  const stream = await client.chat.completions.create({
    model: "Qwen/Qwen2.5-7B-Instruct",
    messages: [{ role: "user", content: "Say hello" }],
    stream: true,
  });
  let answer = "";
  let isFinished = false;
  for await (const { choices } of stream) {
    const text = choices[0]?.delta.content ?? "";
    answer += text;
    if (text !== "") show(text);
    isFinished ||= typeof choices[0]?.finish_reason === "string";
  }
  // The client is content with a stream that ends anywhere.
  if (!isFinished) throw new Error(`The answer breaks off: ${answer}`);
  return answer;
}
