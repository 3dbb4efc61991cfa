import { expect, test } from "bun:test";
import { type FailedRequest, requestFailed } from "../../lib/target/messages/failures.ts";
import { providerNamed } from "../../lib/settings/providers.ts";
import { readProxy } from "../../lib/settings/proxy_choice.ts";
import type { Failure, FailureKind } from "../../lib/measure/outcome.ts";
import { renderMessage } from "../../lib/base/message.ts";
import { sendBody, sendStream, startChatServer } from "../support/chat_server.ts";
import { KEY, runAsks, useToolkit } from "../support/run_ask.ts";
import { answerOf, streamOf } from "../support/stream.ts";

useToolkit();

/** What is told of a failure, in both languages. */
function told(
  kind: FailureKind,
  { status = null, code = null, message = "", ...known }: Partial<Failure & FailedRequest> = {},
): string {
  const request: FailedRequest = {
    host: "api.example.org",
    loopback: false,
    provider: null,
    model: "tiny",
    keyVariable: null,
    traceId: null,
    location: null,
    contentType: null,
    limits: { total: 90_000_000, firstByte: 120_000_000, idle: 60_000_000 },
    ...known,
    failure: { kind, status, code, message },
  };
  const said = requestFailed(request);
  return `\n${renderMessage(said, "en")}\n${renderMessage(said, "zh")}\n`;
}

test("a busy endpoint is told in both languages", () => {
  expect(told("busy", { status: 429, code: "rate_limited", message: "Slow down" }))
    .toMatchInlineSnapshot(`
    "
    api.example.org is busy (429): Slow down (rate_limited)
    Wait a little and ask again; --retries N asks again by itself
    api.example.org 繁忙（429）：Slow down（rate_limited）
    请稍后再试；--retries N 可自动重试
    "
  `);
  expect(told("busy", { status: 503, traceId: "ti_1" })).toMatchInlineSnapshot(`
    "
    api.example.org is busy (503) [trace ti_1]
    The fault is on its side: ask again later; --retries N asks again by itself
    api.example.org 繁忙（503）［追踪号 ti_1］
    这是服务端的问题：请稍后再试；--retries N 可自动重试
    "
  `);
});

test("a busy endpoint that was asked again is told so, and the wait that it asks for", () => {
  const busy = { status: 429, message: "Slow down" };
  expect(told("busy", { ...busy, attempts: 3 })).toMatchInlineSnapshot(`
    "
    api.example.org is busy (429): Slow down
    Wait a little and ask again; it was asked 3 times, a larger --retries asks more often
    api.example.org 繁忙（429）：Slow down
    请稍后再试；已请求 3 次，增大 --retries 可多试几次
    "
  `);
  expect(told("busy", { status: 503, attempts: 2 })).toMatchInlineSnapshot(`
    "
    api.example.org is busy (503)
    The fault is on its side: ask again later; it was asked 2 times, a larger --retries asks more often
    api.example.org 繁忙（503）
    这是服务端的问题：请稍后再试；已请求 2 次，增大 --retries 可多试几次
    "
  `);
  expect(told("busy", { ...busy, delayAsked: 299_500 })).toMatchInlineSnapshot(`
    "
    api.example.org is busy (429): Slow down
    It asks to wait 5 min: ask again then. More than 60 s is not waited for
    api.example.org 繁忙（429）：Slow down
    它要求等待 5 分钟：请到时再试。超过 60 秒不会自动等待
    "
  `);
  const waits = [60_000, 61_000, 119_000, 3_600_000, 36_000_000].map((delayAsked) => {
    const [, , step = ""] = told("busy", { ...busy, delayAsked }).split("\n");
    return step;
  });
  expect(waits).toEqual([
    "Wait a little and ask again; --retries N asks again by itself",
    "It asks to wait 61 s: ask again then. More than 60 s is not waited for",
    "It asks to wait 119 s: ask again then. More than 60 s is not waited for",
    "It asks to wait 60 min: ask again then. More than 60 s is not waited for",
    "It asks to wait 10 h: ask again then. More than 60 s is not waited for",
  ]);
});

test("a key that an unknown host refuses over Messages is told with the header it went in", () => {
  const refused = { status: 401, keyVariable: "MY_KEY", api: "messages" } as const;
  expect(told("status", refused)).toMatchInlineSnapshot(`
    "
    api.example.org refused (401)
    The key in MY_KEY was not accepted: check that it is whole and still valid; it went as x-api-key, --key-header authorization sends it as Bearer
    api.example.org 拒绝了请求（401）
    MY_KEY 中的密钥未被接受：请检查是否完整、是否仍然有效；密钥放在 x-api-key 中发送，--key-header authorization 可改为 Bearer
    "
  `);
  expect(told("status", { ...refused, keyHeader: "authorization" })).not.toContain("--key-header");
  expect(told("status", { ...refused, api: "chat" })).not.toContain("--key-header");
  const provider = providerNamed("anthropic");
  expect(told("status", { ...refused, provider })).not.toContain("--key-header");
});

test("a balance, a quota or a day's limit that is used up is told with what helps", () => {
  const message = "Your account is suspended due to insufficient balance";
  expect(told("busy", { status: 429, code: "exceeded_current_quota_error", message }))
    .toMatchInlineSnapshot(`
    "
    api.example.org refused (429): Your account is suspended due to insufficient balance (exceeded_current_quota_error)
    Asking again does not help: check the account, its balance and its plan, and top up
    api.example.org 拒绝了请求（429）：Your account is suspended due to insufficient balance（exceeded_current_quota_error）
    重试没有用：请检查账户的余额和套餐，必要时充值
    "
  `);
  expect(told("busy", { status: 429, message: "Limit 200 requests per day (RPD)" }))
    .toMatchInlineSnapshot(`
    "
    api.example.org refused (429): Limit 200 requests per day (RPD)
    The limit of the day is reached: wait until it is lifted, or raise it in the account
    api.example.org 拒绝了请求（429）：Limit 200 requests per day (RPD)
    已达到当日限额：请等限额恢复，或在账户中提高限额
    "
  `);
  expect(told("status", { status: 402 })).toMatchInlineSnapshot(`
    "
    api.example.org refused (402)
    Asking again does not help: check the account, its balance and its plan, and top up
    api.example.org 拒绝了请求（402）
    重试没有用：请检查账户的余额和套餐，必要时充值
    "
  `);
});

test("failures of Anthropic are told with what helps", () => {
  const anthropic = {
    host: "api.anthropic.com",
    api: "messages",
    provider: providerNamed("anthropic"),
    keyVariable: "ANTHROPIC_API_KEY",
    model: "claude-x",
  } as const;
  const limit = { status: 429, code: "rate_limit_error", message: "Number of tokens exceeded" };
  expect(
    told("busy", { ...anthropic, status: 529, code: "overloaded_error", message: "Overloaded" }) +
      told("busy", { ...anthropic, ...limit, retryAfter: true }) +
      told("busy", { ...anthropic, ...limit, retryAfter: false }) +
      told("status", {
        ...anthropic,
        status: 401,
        code: "authentication_error",
        message: "invalid x-api-key",
      }) +
      told("status", {
        ...anthropic,
        status: 404,
        code: "not_found_error",
        message: "model: claude-x",
      }) +
      told("status", {
        ...anthropic,
        status: 400,
        code: "invalid_request_error",
        message: "Your credit balance is too low to access the Anthropic API",
      }),
  ).toMatchInlineSnapshot(`
    "
    api.anthropic.com is busy (529): Overloaded (overloaded_error)
    The fault is on its side: ask again later; --retries N asks again by itself
    api.anthropic.com 繁忙（529）：Overloaded（overloaded_error）
    这是服务端的问题：请稍后再试；--retries N 可自动重试

    api.anthropic.com is busy (429): Number of tokens exceeded (rate_limit_error)
    Wait a little and ask again; --retries N asks again by itself
    api.anthropic.com 繁忙（429）：Number of tokens exceeded（rate_limit_error）
    请稍后再试；--retries N 可自动重试

    api.anthropic.com refused (429): Number of tokens exceeded (rate_limit_error)
    Asking again does not help: check the account, its balance and its plan, and top up
    api.anthropic.com 拒绝了请求（429）：Number of tokens exceeded（rate_limit_error）
    重试没有用：请检查账户的余额和套餐，必要时充值

    api.anthropic.com refused (401): invalid x-api-key (authentication_error)
    The key in ANTHROPIC_API_KEY was not accepted: check that it is whole and still valid (https://platform.claude.com/settings/keys)
    api.anthropic.com 拒绝了请求（401）：invalid x-api-key（authentication_error）
    ANTHROPIC_API_KEY 中的密钥未被接受：请检查是否完整、是否仍然有效（https://platform.claude.com/settings/keys）

    api.anthropic.com refused (404): model: claude-x (not_found_error)
    Is "claude-x" spelt right? --model NAME chooses another
    api.anthropic.com 拒绝了请求（404）：model: claude-x（not_found_error）
    模型名 "claude-x" 是否正确？可用 --model NAME 换一个

    api.anthropic.com refused (400): Your credit balance is too low to access the Anthropic API (invalid_request_error)
    Asking again does not help: check the account, its balance and its plan, and top up
    api.anthropic.com 拒绝了请求（400）：Your credit balance is too low to access the Anthropic API（invalid_request_error）
    重试没有用：请检查账户的余额和套餐，必要时充值
    "
  `);
  // Others leave retry-after out of ordinary rate limits.
  expect(told("busy", { ...limit, api: "messages", retryAfter: false })).toContain(
    " is busy (429)",
  );
});

test("a path that is not there is told by the protocols that are known", () => {
  const missing = { status: 404, message: "Not Found", api: "responses" } as const;
  expect(
    told("status", missing) +
      told("status", { ...missing, status: 405 }) +
      told("status", { ...missing, api: "chat", status: 405 }) +
      told("status", { ...missing, provider: providerNamed("moonshot") }) +
      told("status", { ...missing, provider: providerNamed("groq") }) +
      told("status", { ...missing, provider: providerNamed("vllm") }) +
      told("status", { ...missing, api: "chat", provider: providerNamed("groq") }),
  ).toMatchInlineSnapshot(`
    "
    api.example.org refused (404): Not Found
    If it has no Responses, ask over another protocol, such as --api chat. Check the base URL (it mostly ends in /v1) and the model's name
    api.example.org 拒绝了请求（404）：Not Found
    如果它不支持 Responses 协议，请换一个，例如 --api chat。请检查 base URL（通常以 /v1 结尾）和模型名

    api.example.org refused (405): Not Found
    If it has no Responses, ask over another protocol, such as --api chat. Check the base URL (it mostly ends in /v1) and the model's name
    api.example.org 拒绝了请求（405）：Not Found
    如果它不支持 Responses 协议，请换一个，例如 --api chat。请检查 base URL（通常以 /v1 结尾）和模型名

    api.example.org refused (405): Not Found
    api.example.org 拒绝了请求（405）：Not Found

    api.example.org refused (404): Not Found
    Moonshot (Kimi) is known to answer to --api chat, --api messages. Check the base URL (it mostly ends in /v1) and the model's name
    api.example.org 拒绝了请求（404）：Not Found
    已知 Moonshot (Kimi) 支持 --api chat、--api messages。请检查 base URL（通常以 /v1 结尾）和模型名

    api.example.org refused (404): Not Found
    If it has no Responses, ask over another protocol, such as --api chat. Check the base URL (it mostly ends in /v1) and the model's name
    api.example.org 拒绝了请求（404）：Not Found
    如果它不支持 Responses 协议，请换一个，例如 --api chat。请检查 base URL（通常以 /v1 结尾）和模型名

    api.example.org refused (404): Not Found
    If it has no Responses, ask over another protocol, such as --api chat. Check the base URL (it mostly ends in /v1) and the model's name
    api.example.org 拒绝了请求（404）：Not Found
    如果它不支持 Responses 协议，请换一个，例如 --api chat。请检查 base URL（通常以 /v1 结尾）和模型名

    api.example.org refused (404): Not Found
    Check the base URL (it mostly ends in /v1) and the model's name
    api.example.org 拒绝了请求（404）：Not Found
    请检查 base URL（通常以 /v1 结尾）和模型名
    "
  `);
});

test("a refusal is told in both languages", () => {
  expect(told("status", { status: 400, message: "bad" })).toMatchInlineSnapshot(`
    "
    api.example.org refused (400): bad
    api.example.org 拒绝了请求（400）：bad
    "
  `);
  expect(told("status", { status: 401, message: "Invalid token" })).toMatchInlineSnapshot(`
    "
    api.example.org refused (401): Invalid token
    No key was sent: name its variable with --key-env
    api.example.org 拒绝了请求（401）：Invalid token
    没有发送密钥：请用 --key-env 指定密钥所在的变量
    "
  `);
  const provider = providerNamed("siliconflow");
  const keyVariable = "SILICONFLOW_API_KEY";
  expect(told("status", { status: 401, provider, keyVariable })).toMatchInlineSnapshot(`
    "
    api.example.org refused (401)
    The key in SILICONFLOW_API_KEY was not accepted: check that it is whole and still valid (https://cloud.siliconflow.cn/account/ak)
    api.example.org 拒绝了请求（401）
    SILICONFLOW_API_KEY 中的密钥未被接受：请检查是否完整、是否仍然有效（https://cloud.siliconflow.cn/account/ak）
    "
  `);
  expect(told("status", { status: 403, code: "30001", message: "no", provider }))
    .toMatchInlineSnapshot(`
    "
    api.example.org refused (403): no (30001)
    With SiliconFlow this mostly means no balance, or that real-name verification is missing: see your account page
    api.example.org 拒绝了请求（403）：no（30001）
    在 SiliconFlow 通常表示余额不足或未实名认证：请查看账户页面
    "
  `);
  expect(told("status", { status: 403, message: "no" })).toMatchInlineSnapshot(`
    "
    api.example.org refused (403): no
    api.example.org 拒绝了请求（403）：no
    "
  `);
  expect(told("status", { status: 404, message: "404 page not found" })).toMatchInlineSnapshot(`
    "
    api.example.org refused (404): 404 page not found
    Check the base URL (it mostly ends in /v1) and the model's name
    api.example.org 拒绝了请求（404）：404 page not found
    请检查 base URL（通常以 /v1 结尾）和模型名
    "
  `);
});

test("a model that is not known is told in both languages", () => {
  const unknown = { status: 400, code: "20012", message: "Model does not exist." };
  expect(told("status", unknown)).toMatchInlineSnapshot(`
    "
    api.example.org refused (400): Model does not exist. (20012)
    Is "tiny" spelt right? --model NAME chooses another
    api.example.org 拒绝了请求（400）：Model does not exist.（20012）
    模型名 "tiny" 是否正确？可用 --model NAME 换一个
    "
  `);
  expect(told("status", { ...unknown, models: { near: [], count: 87 } })).toMatchInlineSnapshot(`
    "
    api.example.org refused (400): Model does not exist. (20012)
    Is "tiny" spelt right? --list-models shows all 87
    api.example.org 拒绝了请求（400）：Model does not exist.（20012）
    模型名 "tiny" 是否正确？--list-models 可列出全部 87 个
    "
  `);
  expect(told("status", { ...unknown, models: { near: ["tiny-1", "tiny-2"], count: 87 } }))
    .toMatchInlineSnapshot(`
    "
    api.example.org refused (400): Model does not exist. (20012)
    Did you mean "tiny-1" or "tiny-2"? --list-models shows all 87
    api.example.org 拒绝了请求（400）：Model does not exist.（20012）
    是否指 "tiny-1" 或 "tiny-2"？--list-models 可列出全部 87 个
    "
  `);
  expect(told("status", { ...unknown, models: { near: [], count: 0 } })).toBe(
    told("status", unknown),
  );
});

test("a redirect is told in both languages", () => {
  expect(told("status", { status: 308, keyVariable: "MY_KEY", location: "https://example.com/v1" }))
    .toMatchInlineSnapshot(`
    "
    api.example.org redirects (308) to https://example.com/v1; a redirect is not followed with a key
    Give the final address with --base-url
    api.example.org 重定向（308）到 https://example.com/v1；带密钥的请求不会跟随重定向
    请用 --base-url 给出最终地址
    "
  `);
  expect(told("status", { status: 302 })).toMatchInlineSnapshot(`
    "
    api.example.org redirects (302) to nowhere; redirects are not followed
    Give the final address with --base-url
    api.example.org 重定向（302）到未知地址；不会跟随重定向
    请用 --base-url 给出最终地址
    "
  `);
});

test("an endpoint that cannot be reached is told in both languages", () => {
  expect(told("network", { code: "ECONNREFUSED" })).toMatchInlineSnapshot(`
    "
    Cannot reach api.example.org: the connection was refused (ECONNREFUSED)
    Check the network, the base URL, and the proxy variables (HTTP_PROXY, HTTPS_PROXY)
    无法连接 api.example.org：连接被拒绝（ECONNREFUSED）
    请检查网络、base URL 和代理变量（HTTP_PROXY、HTTPS_PROXY）
    "
  `);
  expect(told("network", { code: "ECONNREFUSED", loopback: true })).toMatchInlineSnapshot(`
    "
    Cannot reach api.example.org: the connection was refused (ECONNREFUSED)
    Is the server running, and is the port right?
    无法连接 api.example.org：连接被拒绝（ECONNREFUSED）
    服务启动了吗？端口正确吗？
    "
  `);
  expect(told("network", { code: "ENOTFOUND" })).toMatchInlineSnapshot(`
    "
    Cannot reach api.example.org: there is no such host (ENOTFOUND)
    Check the network, the base URL, and the proxy variables (HTTP_PROXY, HTTPS_PROXY)
    无法连接 api.example.org：找不到该主机（ENOTFOUND）
    请检查网络、base URL 和代理变量（HTTP_PROXY、HTTPS_PROXY）
    "
  `);
  expect(told("network", { message: "unable to verify the first certificate" }))
    .toMatchInlineSnapshot(`
    "
    Cannot reach api.example.org: unable to verify the first certificate
    Check the network, the base URL, and the proxy variables (HTTP_PROXY, HTTPS_PROXY)
    无法连接 api.example.org：unable to verify the first certificate
    请检查网络、base URL 和代理变量（HTTP_PROXY、HTTPS_PROXY）
    "
  `);
  expect(told("network", { code: "UnsupportedProxyProtocol", message: "no" }))
    .toMatchInlineSnapshot(`
    "
    Cannot reach api.example.org: the proxy is of a kind that does not work here (UnsupportedProxyProtocol)
    Bun takes http:// and https:// proxies: change or unset HTTP_PROXY, HTTPS_PROXY and ALL_PROXY
    无法连接 api.example.org：代理的类型不受支持（UnsupportedProxyProtocol）
    Bun 只支持 http:// 和 https:// 代理：请修改或取消 HTTP_PROXY、HTTPS_PROXY、ALL_PROXY
    "
  `);
});

test("a proxy that cannot be reached is told in both languages, with a command for its shell", () => {
  const HTTPS_PROXY = "http://me:secret@127.0.0.1:7890";
  const proxy = readProxy("HTTPS_PROXY", { HTTPS_PROXY }) ?? undefined;
  expect(told("network", { code: "ECONNREFUSED", proxy })).toMatchInlineSnapshot(`
    "
    Cannot reach api.example.org through the proxy 127.0.0.1:7890 in HTTPS_PROXY: the connection was refused (ECONNREFUSED)
    Start the proxy, or do without it: unset HTTPS_PROXY
    无法通过 HTTPS_PROXY 中的代理 127.0.0.1:7890 连接 api.example.org：连接被拒绝（ECONNREFUSED）
    请启动代理，或取消代理变量：unset HTTPS_PROXY
    "
  `);
  expect(told("network", { code: "ECONNRESET" })).toMatchInlineSnapshot(`
    "
    Cannot reach api.example.org: the connection was reset (ECONNRESET)
    It was there, and broke off before it answered: ask again, or see its log
    无法连接 api.example.org：连接被重置（ECONNRESET）
    对方在响应之前断开了连接：请重试，或查看服务端日志
    "
  `);
  expect(told("network", { code: "ECONNRESET", proxy, windows: true })).toMatchInlineSnapshot(`
    "
    Cannot reach api.example.org through the proxy 127.0.0.1:7890 in HTTPS_PROXY: the connection was reset (ECONNRESET)
    Start the proxy, or do without it: Remove-Item Env:HTTPS_PROXY
    无法通过 HTTPS_PROXY 中的代理 127.0.0.1:7890 连接 api.example.org：连接被重置（ECONNRESET）
    请启动代理，或取消代理变量：Remove-Item Env:HTTPS_PROXY
    "
  `);
});

test("a timer that ran out is told in both languages", () => {
  expect(told("timeout", { code: "first_byte" })).toMatchInlineSnapshot(`
    "
    api.example.org sent nothing within 2 min 00 s
    --first-byte-timeout DURATION waits longer
    api.example.org 在 2 min 00 s 内没有发来任何数据
    可用 --first-byte-timeout DURATION 延长等待
    "
  `);
  expect(told("timeout", { code: "idle" })).toMatchInlineSnapshot(`
    "
    api.example.org fell silent: nothing came for 60.000 s
    --idle-timeout DURATION waits longer
    api.example.org 中途停止发送：60.000 s 内没有新数据
    可用 --idle-timeout DURATION 延长等待
    "
  `);
  expect(told("timeout", { code: "total" })).toMatchInlineSnapshot(`
    "
    api.example.org did not finish within 90.000 s
    --timeout DURATION waits longer
    api.example.org 未能在 90.000 s 内完成
    可用 --timeout DURATION 延长等待
    "
  `);
});

test("an error of the endpoint is told in both languages", () => {
  expect(told("endpoint", { status: 200, code: "1008", message: "insufficient balance" }))
    .toMatchInlineSnapshot(`
    "
    api.example.org reports an error: insufficient balance (1008)
    api.example.org 返回错误：insufficient balance（1008）
    "
  `);
});

test("a body that is no completion is told in both languages", () => {
  expect(told("not_a_completion", { status: 200 })).toMatchInlineSnapshot(`
    "
    api.example.org answered with neither an event stream nor a completion
    Check the base URL: it mostly ends in /v1
    api.example.org 返回的既不是事件流，也不是补全结果
    请检查 base URL，通常以 /v1 结尾
    "
  `);
  expect(told("not_a_completion", { status: 200, contentType: "text/html; charset=gbk" }))
    .toMatchInlineSnapshot(`
    "
    api.example.org answered with text/html that is neither an event stream nor a completion
    Check the base URL: it mostly ends in /v1
    api.example.org 返回了 text/html，既不是事件流，也不是补全结果
    请检查 base URL，通常以 /v1 结尾
    "
  `);
});

const other = (message: string): string =>
  told("not_a_completion", { code: "other_protocol", message });

test("a completion in another protocol is told in both languages, with the flag for it", () => {
  expect(other("this is a Messages stream: --api messages")).toMatchInlineSnapshot(`
    "
    This is a Messages stream, and another protocol was asked for
    Ask with --api messages
    这是 Messages 协议的流，与所请求的协议不同
    请加上 --api messages 提问
    "
  `);
  expect(other("this is a Chat Completions answer: --api chat")).toMatchInlineSnapshot(`
    "
    This is a Chat Completions answer, and another protocol was asked for
    Ask with --api chat
    这是 Chat Completions 协议的回答，与所请求的协议不同
    请加上 --api chat 提问
    "
  `);
});

const shown = { came: { body: true, answer: true } };

test("a stream that was cut is told in both languages", () => {
  const without = (last: string): string =>
    told("truncated", { ...shown, message: `the stream ended without ${last}` });
  expect(without("[DONE] or a finish_reason")).toMatchInlineSnapshot(`
    "
    The stream was cut: it ended without [DONE] or a finish_reason
    What came is above; the rest is lost: ask again
    流被截断：结束时没有 [DONE]，也没有 finish_reason
    以上是已收到的部分，其余已丢失：请重新提问
    "
  `);
  expect(without("message_stop or a stop_reason")).toMatchInlineSnapshot(`
    "
    The stream was cut: it ended without message_stop or a stop_reason
    What came is above; the rest is lost: ask again
    流被截断：结束时没有 message_stop，也没有 stop_reason
    以上是已收到的部分，其余已丢失：请重新提问
    "
  `);
  expect(without("response.completed; instead came: 502 Bad Gateway")).toMatchInlineSnapshot(`
    "
    The stream was cut: it ended without response.completed; instead came: 502 Bad Gateway
    What came is above; the rest is lost: ask again
    流被截断：结束时没有 response.completed，收到的却是：502 Bad Gateway
    以上是已收到的部分，其余已丢失：请重新提问
    "
  `);
  expect(without("response.completed")).toMatchInlineSnapshot(`
    "
    The stream was cut: it ended without response.completed
    What came is above; the rest is lost: ask again
    流被截断：结束时没有 response.completed
    以上是已收到的部分，其余已丢失：请重新提问
    "
  `);
  expect(told("truncated", { ...shown, code: "ECONNRESET" })).toMatchInlineSnapshot(`
    "
    The stream was cut: the connection was reset (ECONNRESET)
    What came is above; the rest is lost: ask again
    流被截断：连接被重置（ECONNRESET）
    以上是已收到的部分，其余已丢失：请重新提问
    "
  `);
  expect(told("truncated", { ...shown, message: "Decompression error" })).toMatchInlineSnapshot(`
    "
    The stream was cut: Decompression error
    What came is above; the rest is lost: ask again
    流被截断：Decompression error
    以上是已收到的部分，其余已丢失：请重新提问
    "
  `);
});

test("an interruption is told in both languages", () => {
  expect(told("interrupted")).toMatchInlineSnapshot(`
    "
    Interrupted
    已中断
    "
  `);
});

/** What an endpoint answers that has read the key and puts it everywhere; and the exit code. */
const leaks: Readonly<Record<string, readonly [code: number, status: number, body: unknown]>> = {
  ok: [0, 200, streamOf(answerOf("Hi", { model: KEY, id: KEY }), "[DONE]")],
  models: [
    0,
    200,
    streamOf(answerOf("Hi", { model: "a" }), answerOf("", { model: KEY }), "[DONE]"),
  ],
  moved: [3, 302, ""],
  key: [3, 401, { error: { message: `no ${KEY}`, code: KEY } }],
  model: [3, 404, { error: { message: KEY, code: "model_not_found" } }],
  bare: [3, 403, JSON.stringify(KEY)],
  page: [6, 200, `<title>${KEY}</title>`],
  busy: [4, 429, { message: KEY }],
  down: [4, 502, `<title>${KEY}</title>`],
  error: [6, 200, { error: { message: KEY, type: KEY } }],
  stream: [6, 200, streamOf(answerOf("Hi"), { error: { message: KEY, code: KEY } })],
  cut: [6, 200, streamOf(answerOf("Hi", { model: KEY }))],
  malformed: [6, 200, `data: ${KEY}\n\n${streamOf(answerOf("Hi"))}`],
};

test.concurrent("no failure prints or saves the key, however it is shown", async () => {
  await using server = await startChatServer((exchange, { method, path }) => {
    const [, status = 500, body = ""] = leaks[path.split("/")[1] ?? ""] ?? [];
    const headers = { location: `https://example.org/?to=${KEY}`, "x-request-id": KEY };
    if (method === "GET") sendBody(exchange, 200, { body: { data: [{ id: KEY }] } });
    else if (status === 200 && String(body).startsWith("data:")) sendStream(exchange, `${body}`);
    else sendBody(exchange, status, { body, headers });
  });
  const names = Object.keys(leaks);
  const ways = [
    ...names.map((name) => ({ name, flags: ["--stats", "--verbose"] })),
    ...["models", "key", "stream", "cut"].flatMap((name) => [
      { name, flags: ["--wire", "--verbose"] },
      { name, flags: ["--json", "--lang", "zh"] },
    ]),
  ];
  // `runAsks` looks for the key in stdout, in stderr and in every file that was written.
  const common = ["--key-env", "OPENAI_API_KEY", "--model", "m", "--retries", "0"];
  const runs = await runAsks(
    ways.map(({ name, flags }, index) => {
      const baseUrl = `http://127.0.0.1:${server.port}/${name}/v1`;
      return ["--base-url", baseUrl, ...common, "--save", `${index}.sse`, ...flags, "Hi"];
    }),
    { env: { OPENAI_API_KEY: KEY } },
  );
  expect(runs.map(({ exitCode }) => exitCode)).toEqual(
    ways.map(({ name }) => leaks[name]?.[0] ?? -1),
  );
  expect(
    server.requests.filter(({ headers }) => headers["authorization"] !== `Bearer ${KEY}`),
  ).toEqual([]);
});

test("a certificate that nobody vouches for is told with what to do, on loopback and elsewhere", () => {
  const code = "DEPTH_ZERO_SELF_SIGNED_CERT";
  const message = "self signed certificate";
  expect(told("network", { code, message, host: "127.0.0.1:8443", loopback: true }))
    .toMatchInlineSnapshot(`
    "
    Cannot reach 127.0.0.1:8443: the certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)
    If it is a server of your own, have NODE_EXTRA_CA_CERTS name the file of its certificate
    无法连接 127.0.0.1:8443：证书是自签名的（DEPTH_ZERO_SELF_SIGNED_CERT）
    如果是自己的服务，请用 NODE_EXTRA_CA_CERTS 指定其证书文件
    "
  `);
  expect(told("network", { code, message })).toMatchInlineSnapshot(`
    "
    Cannot reach api.example.org: the certificate is self-signed (DEPTH_ZERO_SELF_SIGNED_CERT)
    A proxy, virus scanner or campus network may stand in between. Change the network, or have NODE_EXTRA_CA_CERTS name the file of a certificate you trust
    无法连接 api.example.org：证书是自签名的（DEPTH_ZERO_SELF_SIGNED_CERT）
    中间可能有代理、杀毒软件或校园网。请更换网络，或用 NODE_EXTRA_CA_CERTS 指定您信任的证书文件
    "
  `);
});

test("a proxy that wants a password, or does not let a request through, is told as such", () => {
  const proxy = readProxy("HTTPS_PROXY", { HTTPS_PROXY: "http://127.0.0.1:7890" }) ?? undefined;
  const code = "ERR_PROXY_TUNNEL";
  const refusal = "Proxy refused to open a tunnel: 407 Proxy Authentication Required";
  const wanting = told("network", { code, message: refusal, proxy });
  expect(wanting).toMatchInlineSnapshot(`
    "
    The proxy 127.0.0.1:7890 in HTTPS_PROXY wants a user name and a password (407)
    Write them into HTTPS_PROXY: http://USER:PASSWORD@127.0.0.1:7890
    HTTPS_PROXY 中的代理 127.0.0.1:7890 需要用户名和密码（407）
    请写入 HTTPS_PROXY：http://用户名:密码@127.0.0.1:7890
    "
  `);
  expect(told("status", { status: 407, proxy })).toBe(wanting);
  expect(told("network", { code, message: "Proxy refused to open a tunnel: 403 Forbidden", proxy }))
    .toMatchInlineSnapshot(`
    "
    The proxy 127.0.0.1:7890 in HTTPS_PROXY does not let requests to api.example.org through (403)
    Allow the host in the proxy, or do without it: unset HTTPS_PROXY
    HTTPS_PROXY 中的代理 127.0.0.1:7890 拒绝转发到 api.example.org 的请求（403）
    请在代理中放行该主机，或取消代理变量：unset HTTPS_PROXY
    "
  `);
});

test("what this machine had no more of is told as such", () => {
  const message = "this process may open no more files and connections (ulimit -n)";
  expect(told("client", { code: "EMFILE", message })).toMatchInlineSnapshot(`
    "
    This process may open no more files and connections (EMFILE)
    Raise the limit (ulimit -n 4096), or have fewer requests at a time
    本进程可打开的文件和连接数已达上限（EMFILE）
    请提高上限（ulimit -n 4096），或减少同时进行的请求
    "
  `);
  expect(told("client", { code: "fault", message: "it broke (reader.ts:7)" }))
    .toMatchInlineSnapshot(`
    "
    Streamgauge has a fault, and could not read the answer: it broke (reader.ts:7)
    Streamgauge 自身出错，无法读取回答：it broke (reader.ts:7)
    "
  `);
});

test("a stream that was cut before anything of the answer came does not say that it is above", () => {
  expect(told("truncated", { code: "ZlibError", came: { body: false, answer: false } }))
    .toMatchInlineSnapshot(`
    "
    The stream was cut: the compressed body is damaged (ZlibError)
    Nothing of the answer came: ask again
    流被截断：压缩的响应体已损坏（ZlibError）
    没有收到任何回答：请重新提问
    "
  `);
  // Nobody shows what came to a warm-up, or to `doctor`.
  expect(told("truncated", { code: "ECONNRESET" })).toMatchInlineSnapshot(`
    "
    The stream was cut: the connection was reset (ECONNRESET)
    Ask again
    流被截断：连接被重置（ECONNRESET）
    请重新提问
    "
  `);
});

test("an empty event stream and an empty body are told as such in both languages", () => {
  const came = { body: false, answer: false };
  expect(told("not_a_completion", { status: 200, contentType: "text/event-stream", came }))
    .toMatchInlineSnapshot(`
    "
    api.example.org answered with an event stream that is empty
    Ask again; if it stays so, the log of the endpoint may say why
    api.example.org 返回的事件流是空的
    请重新提问；如果一直如此，请查看服务端的日志
    "
  `);
  expect(told("not_a_completion", { status: 200, contentType: "text/event-stream" }))
    .toMatchInlineSnapshot(`
    "
    api.example.org answered with an event stream that holds no event
    Check the base URL: it mostly ends in /v1
    api.example.org 返回的事件流中没有任何事件
    请检查 base URL，通常以 /v1 结尾
    "
  `);
  expect(told("not_a_completion", { status: 200, contentType: "application/json", came }))
    .toMatchInlineSnapshot(`
    "
    api.example.org answered with nothing: the body is empty
    Check the base URL: it mostly ends in /v1
    api.example.org 返回的响应体是空的
    请检查 base URL，通常以 /v1 结尾
    "
  `);
});

test("what is no HTTP is told in words, without the runtime's own", () => {
  expect(told("network", { code: "Malformed_HTTP_Response", message: "Malformed_HTTP_Response" }))
    .toMatchInlineSnapshot(`
    "
    Cannot reach api.example.org: what came back is not HTTP (Malformed_HTTP_Response)
    Check the network, the base URL, and the proxy variables (HTTP_PROXY, HTTPS_PROXY)
    无法连接 api.example.org：返回的内容不是 HTTP（Malformed_HTTP_Response）
    请检查网络、base URL 和代理变量（HTTP_PROXY、HTTPS_PROXY）
    "
  `);
  expect(told("network", { code: "SomethingNew", message: "SomethingNew" })).toContain(
    "Cannot reach api.example.org: SomethingNew\n",
  );
});
