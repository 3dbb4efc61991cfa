import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imagePart, answerSchema, textBlock } from "../../lib/ask/attachments.ts";
import { messagesFor } from "../../lib/ask/messages_to_send.ts";
import { UserError } from "../../lib/base/message.ts";

let folder = "";
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), "streamgauge-files-"))));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** What the user is told, without the folder of this run. */
async function refusal(action: () => Promise<unknown>): Promise<string> {
  try {
    await action();
  } catch (error) {
    if (error instanceof UserError) return error.message.replaceAll(`${folder}/`, "");
    throw error;
  }
  throw new Error("It was taken");
}

const PNG = Buffer.from("\x89PNG\r\n\x1a\nrest", "latin1");

test("text file is a fenced block under its name", async () => {
  expect(await textBlock(file("notes.txt", "one\ntwo\n"))).toBe("notes.txt\n```\none\ntwo\n```");
  expect(await textBlock(file("no newline.txt", "一"))).toBe("no newline.txt\n```\n一\n```");
  expect(await textBlock(file("empty.txt", ""))).toBe("empty.txt\n```\n\n```");
  expect(await textBlock("LICENSE")).toStartWith("LICENSE\n```\n");
});

test("fence is longer than any in the text", async () => {
  const text = "```js\n1\n```\n````\n";
  expect(await textBlock(file("notes.md", text))).toBe(`notes.md\n\`\`\`\`\`\n${text}\`\`\`\`\``);
});

test("text of nothing but fences is attached", async () => {
  const text = "```\n".repeat(1_000_000);
  expect(await textBlock(file("notes.md", text))).toEndWith("```\n````");
});

test("text file with a byte order mark is decoded by it", async () => {
  const little = Buffer.from("\uFEFF你好\r\n", "utf16le");
  for (const bytes of [Buffer.from("\uFEFF你好\r\n"), little, Buffer.from(little).swap16()]) {
    expect(await textBlock(file("bom.txt", bytes))).toBe("bom.txt\n```\n你好\r\n```");
  }
});

test("what is no text is refused, with a step for a picture and for another encoding", async () => {
  expect(await refusal(() => textBlock(file("a.png", PNG)))).toBe(
    'Cannot read "a.png": it is no text in UTF-8 or UTF-16\nIt is a picture: --image "a.png"',
  );
  const encoded = "If it is a text, save it as UTF-8 in an editor";
  for (const bytes of [Uint8Array.of(0xc4, 0xe3, 0xba, 0xc3), Uint8Array.of(65, 0, 66)]) {
    expect(await refusal(() => textBlock(file("gbk.txt", bytes)))).toBe(
      `Cannot read "gbk.txt": it is no text in UTF-8 or UTF-16\n${encoded}`,
    );
  }
});

test("file that is missing, no file, or too large is refused", async () => {
  expect(await refusal(() => textBlock(join(folder, "none")))).toBe(
    'Cannot read "none": there is no such file or folder',
  );
  expect(await refusal(() => textBlock("/dev/null"))).toContain(
    "it is a folder or a device, not a file",
  );
  expect(await refusal(() => imagePart(join(folder, ".")))).toContain("it is a folder or a device");
  const large = file("large.txt", "");
  truncateSync(large, 4 * 1024 * 1024 + 1);
  expect(await refusal(() => textBlock(large))).toBe(
    'Cannot attach "large.txt": it has more than 4 MiB',
  );
  truncateSync(large, 20 * 1024 * 1024 + 1);
  expect(await refusal(() => imagePart(large))).toBe(
    'Cannot attach "large.txt": it has more than 20 MiB',
  );
});

test("picture is told by its first bytes and sent as a data URL", async () => {
  const pictures: Readonly<Record<string, string>> = {
    "image/png": "\x89PNG\r\n\x1a\n",
    "image/jpeg": "\xff\xd8\xff\xe0",
    "image/gif": "GIF89a",
    "image/webp": "RIFF\x10\n\0\0WEBP",
  };
  for (const [type, start] of Object.entries(pictures)) {
    const bytes = Buffer.from(`${start}rest`, "latin1");
    expect(await imagePart(file("picture.txt", bytes))).toEqual({
      type: "image_url",
      image_url: { url: `data:${type};base64,${bytes.toString("base64")}` },
    });
  }
  for (const start of ["", "BM", "<svg", "\x89PNG", "RIFF____WAVE"]) {
    expect(await refusal(() => imagePart(file("a.png", Buffer.from(start, "latin1"))))).toBe(
      'Cannot attach "a.png": it is no PNG, JPEG, WebP or GIF picture\n--file attaches texts',
    );
  }
});

async function format(name: string, schema: object): Promise<object> {
  return answerSchema(file(name, JSON.stringify(schema)));
}

test("schema is named by its title, else by its file", async () => {
  const titled = { title: "A person!", type: "object" };
  expect(await format("x.json", titled)).toEqual({ name: "A_person_", schema: titled });
  expect(await format("person.schema.json", {})).toMatchObject({ name: "person" });
  expect(await format("人.json", {})).toMatchObject({ name: "schema" });
  const long = { title: "x".repeat(99) };
  expect(await format("x.json", long)).toMatchObject({ name: "x".repeat(64) });
});

test("schema that is no JSON object is refused", async () => {
  expect(await refusal(() => answerSchema(file("a.json", "{a: 1}")))).toBe(
    'Cannot use schema "a.json": it is not JSON',
  );
  expect(await refusal(() => answerSchema(file("a.json", "[]")))).toBe(
    'Cannot use schema "a.json": it is not a JSON object',
  );
});

test("messages hold the question, then the texts, then the pictures", async () => {
  const text = file("a.txt", "A");
  expect(await messagesFor("Q", { system: "S", file: [text, text] })).toEqual([
    { role: "system", content: "S" },
    { role: "user", content: "Q\n\na.txt\n```\nA\n```\n\na.txt\n```\nA\n```" },
  ]);
  const picture = file("a.png", PNG);
  expect(await messagesFor("Q", { file: [text], image: [picture] })).toEqual([
    {
      role: "user",
      content: [{ type: "text", text: "Q\n\na.txt\n```\nA\n```" }, await imagePart(picture)],
    },
  ]);
});
