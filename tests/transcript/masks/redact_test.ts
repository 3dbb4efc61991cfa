import { expect, test } from "bun:test";
import { keptHeaders, redactedUrl } from "../../../lib/transcript/masks/redact.ts";

const KEY = "sk-streamgauge4f9Zk2Q7";

test("headers are kept by name", () => {
  const headers = new Headers({
    Authorization: `Bearer ${KEY}`,
    "Api-Key": KEY,
    Cookie: "a=b",
    "Set-Cookie": "a=b",
    "X-Unknown": "1",
    "Content-Type": "text/event-stream",
    "Retry-After": "2",
    "X-RateLimit-Remaining-Tokens": "7",
    "x-siliconcloud-trace-id": "ti_1",
    Location: "https://login.example.com/?token=abc&next=1",
  });
  expect(keptHeaders(headers)).toEqual({
    "content-type": "text/event-stream",
    location: "https://login.example.com/?token=***&next=1",
    "retry-after": "2",
    "x-ratelimit-remaining-tokens": "7",
    "x-siliconcloud-trace-id": "ti_1",
  });
});

const urls: readonly (readonly [url: string, shown: string])[] = [
  ["https://h/v1/chat?api-version=1", "https://h/v1/chat?api-version=1"],
  ["https://h/v1?key=AIzaSy&alt=sse", "https://h/v1?key=******&alt=sse"],
  [
    "https://h/v1?x=1&Access_Token=t#token=u",
    // Fragments are not sent.
    "https://h/v1?x=1&Access_Token=*#token=u",
  ],
  ["https://h/?X-Amz-Signature=0a&sig=b&key=", "https://h/?X-Amz-Signature=**&sig=*&key="],
  ["https://user:pass@h/v1", "https://*********@h/v1"],
  ["https://h/v1/a@b?next=c@d", "https://h/v1/a@b?next=c@d"],
];

for (const [url, shown] of urls) {
  test(`URL is redacted: ${url}`, () => {
    expect(redactedUrl(url)).toBe(shown);
  });
}
