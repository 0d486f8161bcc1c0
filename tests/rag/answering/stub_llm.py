"""A server that behaves like an OpenAI-compatible one, or misbehaves as told: a real socket, no model."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rag.answering.llm import LlmSettings

KEY = "sk-secret-of-the-tests"
MODEL = "stub"

FOREIGN_MARKER = "The keeper counts gulls at night [1]. He has counted 1,200 of them [9]."
"""Cites a ninth quote; fewer are given."""
INVENTED = {
    "en": "The keeper counts gulls at night [1]. He was paid 75,000 pounds for it [2].",
    "zh": "守塔人夜里数海鸥[1]。他为此得到了七万五千镑[2]。",
}
"""Give a figure that no quote holds."""


@dataclass(frozen=True)
class Asked:
    """A request as it came in."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Reply:
    """The answer to one request, being written."""

    def __init__(self, handler: BaseHTTPRequestHandler, stub: StubLlm) -> None:
        self._handler, self._stub = handler, stub

    def head(self, status: int = 200, kind: str = "text/event-stream", **headers: str) -> None:
        """Status line and headers; the body follows in pieces, or ends where the connection does."""
        self._handler.send_response(status)
        self._handler.send_header("Content-Type", kind)
        for name, value in headers.items():
            self._handler.send_header(name.replace("_", "-"), value)
        self._handler.end_headers()

    def raw(self, data: bytes) -> None:
        """Bytes, at once."""
        self._handler.wfile.write(data)
        self._handler.wfile.flush()

    def event(self, data: str) -> None:
        """One event of the stream."""
        self.raw(f"data: {data}\n\n".encode())

    def delta(self, text: str) -> None:
        """A piece of text."""
        self.event(chunk({"content": text}))

    def end(self, finish: str = "stop") -> None:
        """The end as it should be."""
        self.event(chunk({}, finish))
        self.event("[DONE]")

    def reset(self) -> None:
        """Breaks the connection off, as a crash of the server does."""
        self._handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        self._handler.connection.close()

    def wait(self, seconds: float) -> bool:
        """Whether the test goes on after so long."""
        return not self._stub.stopping.wait(seconds)


Behaviour = Callable[[Reply], None]


def chunk(delta: dict[str, Any], finish: str | None = None) -> str:
    """An event's data as OpenAI writes it."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return json.dumps({"id": "1", "object": "chat.completion.chunk", "created": 1, "model": MODEL, "choices": [choice]})


def says(text: str, finish: str = "stop", size: int = 5) -> Behaviour:
    """Streams a text in pieces of a few characters."""

    def behave(reply: Reply) -> None:
        reply.head()
        reply.event(chunk({"role": "assistant", "content": None}))
        for start in range(0, len(text), size):
            reply.delta(text[start : start + size])
        reply.end(finish)

    return behave


def fails(status: int, message: str = "out of order", **headers: str) -> Behaviour:
    """Refuses in the way OpenAI does. A client that retries waits a millisecond if ``retry_after_ms="1"``."""

    def behave(reply: Reply) -> None:
        reply.head(status, "application/json", **headers)
        reply.raw(json.dumps({"error": {"message": message, "type": "error", "code": status}}).encode())

    return behave


def sends(*events: str) -> Behaviour:
    """Streams these events' data as they are."""

    def behave(reply: Reply) -> None:
        reply.head()
        for event in events:
            reply.event(event)

    return behave


def page(reply: Reply) -> None:
    """What stands at many a wrong address."""
    reply.head(200, "text/html")
    reply.raw(b"<!doctype html><title>Welcome</title>")


def resets(reply: Reply) -> None:
    """Breaks off in the midst of a stream."""
    reply.head()
    reply.delta("The keeper")
    reply.reset()


def cuts(reply: Reply) -> None:
    """Promises more bytes than it sends."""
    reply.head(200, Content_Length="1000")
    reply.delta("The keeper")


def silent(reply: Reply) -> None:
    """Takes the request and never answers."""
    reply.wait(60)


def falls_silent(reply: Reply) -> None:
    """Begins, then sends nothing more."""
    reply.head()
    reply.delta("The keeper")
    reply.wait(60)


def endless(reply: Reply) -> None:
    """Goes on, a word every hundredth of a second, until nobody listens any more."""
    reply.head()
    while reply.wait(0.01):
        reply.delta("gull ")


@dataclass
class StubLlm:
    """Answers each request by the next behaviour, the last one for ever."""

    port: int
    behaviours: Sequence[Behaviour]
    asked: list[Asked] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)
    hung_up: threading.Event = field(default_factory=threading.Event)
    """Set when a client has left before the end."""

    def settings(self, **changes: Any) -> LlmSettings:
        """To reach it by; patient for a second, and not trying twice."""
        address = f"http://127.0.0.1:{self.port}/v1"
        values: dict[str, Any] = {
            "base_url": address, "model": MODEL, "api_key": KEY, "timeout": 1.0, "retries": 0, **changes,
        }  # fmt: skip
        return LlmSettings(**values)


class _Server(ThreadingHTTPServer):
    stub: StubLlm


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        stub = self.server.stub
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        stub.asked.append(Asked(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
        behave = stub.behaviours[min(len(stub.asked), len(stub.behaviours)) - 1]
        try:
            behave(Reply(self, stub))
        except ConnectionError:
            stub.hung_up.set()
            with suppress(OSError):
                self.connection.close()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@contextmanager
def running(*behaviours: Behaviour) -> Iterator[StubLlm]:
    """A stub on a free port until the block ends."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.stub = stub = StubLlm(server.server_address[1], behaviours)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield stub
        finally:
            stub.stopping.set()
            server.shutdown()
            thread.join()
