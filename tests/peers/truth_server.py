"""An endpoint that knows the truth: it streams chat completions at times of its own, and notes when it wrote what.

    python3 truth_server.py LOG.jsonl [--fail]

Needs the standard library alone. It prints its port, serves until stdin ends, and then writes the log: one line for each
chat completion, with times in µs on the monotonic clock. With --fail, of 20 requests one gets a 429, one an error event
and one a clean end in the middle, each after half of its chunks.

What it sends follows from the ordinal of the request, so each run of a tool gets the same.
"""

import asyncio
import itertools
import json
import random
import sys
import time

TOKENS = 20
# In seconds, spread evenly between the two.
TTFT = (0.150, 0.250)
GAP = (0.015, 0.035)
# Which of 20 requests gets which fault.
FAULTS = {4: "status_429", 10: "error_event", 16: "cut"}
WORDS = "the sky is blue because air scatters short waves of light more than long ones in all directions".split()


def now():
    return time.monotonic_ns() // 1000


class Plan:
    """What a request gets, and when."""

    def __init__(self, ordinal, tokens, fails):
        rng = random.Random(ordinal)
        at = rng.uniform(*TTFT)
        self.times = [at]
        for _ in range(tokens - 1):
            at += rng.uniform(*GAP)
            self.times.append(at)
        self.fault = FAULTS.get(ordinal % 20) if fails else None
        if self.fault in ("error_event", "cut"):
            self.times = self.times[: max(1, tokens // 2)]


def event(value):
    data = value if isinstance(value, str) else json.dumps(value)
    return f"data: {data}\n\n".encode()


def http_chunk(data):
    return b"%x\r\n%b\r\n" % (len(data), data)


class Connection(asyncio.Protocol):
    """Reads requests one after the other, and answers each at its times."""

    def __init__(self, server):
        self.server = server
        self.loop = asyncio.get_running_loop()
        self.buffer = b""
        self.timer = None
        self.entry = None

    def connection_made(self, transport):
        self.transport = transport
        self.number = self.server.next_connection()

    def connection_lost(self, error):
        if self.timer is not None:
            self.timer.cancel()
        if self.entry is not None:
            self.entry["left"] = True
            self.finish()

    def data_received(self, data):
        self.buffer += data
        while self.entry is None:
            head, found, rest = self.buffer.partition(b"\r\n\r\n")
            if not found:
                return
            line, *fields = head.decode("latin-1").split("\r\n")
            headers = {}
            for field in fields:
                name, _, value = field.partition(":")
                headers[name.strip().lower()] = value.strip()
            length = int(headers.get("content-length", 0))
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.answer(line.split(" ")[:2], headers, rest[:length])

    def answer(self, target, headers, body):
        method, path = target
        if method == "POST" and path.endswith("/chat/completions"):
            self.complete(headers, json.loads(body))
        elif path.endswith("/models"):
            self.whole(200, {"object": "list", "data": [{"id": "truth", "object": "model"}]})
        else:
            self.whole(200, {"status": "ok"})

    def whole(self, status, value):
        data = json.dumps(value).encode()
        reason = {200: "OK", 429: "Too Many Requests"}[status]
        head = f"HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\ncontent-length: {len(data)}\r\n\r\n"
        self.transport.write(head.encode() + data)

    def complete(self, headers, request):
        received = now()
        start = self.loop.time()
        ordinal = self.server.next_ordinal()
        limit = request.get("max_completion_tokens") or request.get("max_tokens") or TOKENS
        tokens = min(TOKENS, limit)
        plan = Plan(ordinal, tokens, self.server.fails)
        prompt = sum(len(str(message.get("content", "")).split()) for message in request["messages"])
        self.entry = {
            "id": f"chatcmpl-{ordinal}",
            "request_id": headers.get("x-request-id"),
            "connection": self.number,
            "limit": limit,
            "received": received,
            "headers": None,
            "chunks": [],
            "ended": None,
            "late": 0,
            "fault": plan.fault,
            "left": False,
        }
        if plan.fault == "status_429":
            self.entry["headers"] = now()
            self.whole(429, {"error": {"message": "Too many requests", "type": "rate_limit_error", "code": 429}})
            self.finish()
            return
        base = {"id": self.entry["id"], "object": "chat.completion.chunk", "created": 1, "model": "truth"}

        def chunk(delta, reason=None):
            return event({**base, "choices": [{"index": 0, "delta": delta, "finish_reason": reason}]})

        # Made beforehand: at its time a chunk is only written.
        bodies = [http_chunk(chunk({"content": f"{WORDS[at % len(WORDS)]} "})) for at in range(len(plan.times))]
        bodies[0] = http_chunk(chunk({"role": "assistant", "content": ""})) + bodies[0]
        if plan.fault == "error_event":
            error = {"error": {"message": "The engine died", "type": "server_error", "code": 500}}
            end = http_chunk(event(error)) + http_chunk(event("[DONE]"))
        elif plan.fault == "cut":
            end = b""
        else:
            usage = {"prompt_tokens": prompt, "completion_tokens": tokens, "total_tokens": prompt + tokens}
            end = http_chunk(chunk({}, "stop"))
            end += http_chunk(event({**base, "choices": [], "usage": usage}))
            end += http_chunk(event("[DONE]"))
        self.play(start, plan.times, bodies, end + b"0\r\n\r\n")

    def play(self, start, times, bodies, end):
        place = 0

        def write():
            nonlocal place
            due = start + times[place]
            at = now()
            if place == 0:
                self.entry["headers"] = at
                head = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"
                self.transport.write(head + bodies[0])
            else:
                self.transport.write(bodies[place])
            self.entry["chunks"].append(at)
            self.entry["late"] = max(self.entry["late"], round((self.loop.time() - due) * 1e6))
            place += 1
            if place < len(times):
                self.timer = self.loop.call_at(start + times[place], write)
                return
            self.timer = None
            self.entry["ended"] = now()
            self.transport.write(end)
            self.finish()

        self.timer = self.loop.call_at(start + times[0], write)

    def finish(self):
        self.server.log.append(self.entry)
        self.entry = None
        # A client may have sent its next request already.
        if self.buffer and not self.transport.is_closing():
            self.loop.call_soon(self.data_received, b"")


class Server:
    def __init__(self, fails):
        self.fails = fails
        self.log = []
        self.ordinals = itertools.count()
        self.connections = itertools.count()

    def next_ordinal(self):
        return next(self.ordinals)

    def next_connection(self):
        return next(self.connections)


async def serve(path, fails):
    server = Server(fails)
    loop = asyncio.get_running_loop()
    listener = await loop.create_server(lambda: Connection(server), "127.0.0.1", 0, backlog=1024)
    print(listener.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    listener.close()
    with open(path, "w") as file:
        for entry in server.log:
            file.write(json.dumps(entry) + "\n")


asyncio.run(serve(sys.argv[1], "--fail" in sys.argv[2:]))
