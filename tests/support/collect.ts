/** All of a process's output as text; `onText` sees what there is so far, whenever more has come. */
export async function collect(
  stream: ReadableStream<Uint8Array>,
  onText?: (text: string) => void,
): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const bytes of stream) {
    text += decoder.decode(bytes, { stream: true });
    onText?.(text);
  }
  return text;
}
