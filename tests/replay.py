"""A small local HTTP server that plays a platform in tests, with all its faults."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True, kw_only=True)
class Request:
    """What a client asked; header names are in lower case."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes
    pairs: tuple[tuple[str, str], ...] = ()
    """The query, with names that are repeated."""

    @property
    def form(self) -> dict[str, str]:
        """The body as a submitted form."""
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True))


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What the server says, and how badly it says it."""

    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_s: float = 0
    """Silence before the first byte."""
    cut_after: int | None = None
    """Promise the whole body, send this many bytes of it, hang up."""
    drip_s: float = 0
    """Pause after each kilobyte."""
    hangs_up: bool = False
    """Close the connection without a word."""
    drips_headers_s: float = 0
    """Never come to the body: a header, this pause, a header …"""
    is_endless: bool = False
    """Say the body again and again, as fast as it is read."""

    @classmethod
    def of(cls, value: Any, **how: Any) -> Self:
        """Answer with *value* as JSON."""
        headers = {"Content-Type": "application/json; charset=utf-8"} | how.pop("headers", {})
        return cls(body=json.dumps(value).encode(), headers=headers, **how)


Handler = Callable[[Request], Answer]


class ReplayServer:
    """
    Serve *handler* on a free port of 127.0.0.1 for the length of a `with` block.

    An exception in the handler is answered with 500 and raised at the end of
    the block, so that an assertion in a handler can fail its test.
    """

    def __init__(self, handler: Handler) -> None:
        self.requests: list[Request] = []
        self._handler = handler
        self._errors: list[BaseException] = []
        self._closing = threading.Event()
        self._server = _Server(("127.0.0.1", 0), self._answerer())
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True
        )

    @property
    def url(self) -> str:
        """Where it listens, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if error is None and self._errors:
            raise self._errors[0]

    def _answerer(self) -> type[BaseHTTPRequestHandler]:
        replay = self

        class Answerer(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def answer(self) -> None:
                parts = urlsplit(self.path)
                request = Request(
                    method=self.command,
                    path=parts.path,
                    query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                    headers={name.lower(): value for name, value in self.headers.items()},
                    body=self.rfile.read(int(self.headers.get("Content-Length") or 0)),
                    pairs=tuple(parse_qsl(parts.query, keep_blank_values=True)),
                )
                replay.requests.append(request)
                try:
                    answer = replay._handler(request)
                except Exception as error:  # noqa: BLE001 - raised again when the server closes
                    replay._errors.append(error)
                    answer = Answer(status=500)
                replay._closing.wait(answer.delay_s)
                self.say(answer)

            do_GET = do_POST = do_PUT = do_HEAD = answer  # noqa: N815 - the names http.server looks for

            def say(self, answer: Answer) -> None:
                self.close_connection = answer.hangs_up or answer.cut_after is not None
                if answer.hangs_up:
                    return
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                if answer.drips_headers_s or answer.is_endless:
                    _say_for_ever(self, answer, replay._closing)
                    return
                if "content-length" not in {name.lower() for name in answer.headers}:
                    self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                if self.command == "HEAD":
                    return
                _say_body(self, answer, replay._closing)

            def log_message(self, *_args: Any) -> None:
                """Stay silent: `requests` holds what was asked."""

        return Answerer


def _say_body(answerer: BaseHTTPRequestHandler, answer: Answer, closing: threading.Event) -> None:
    body = answer.body[: answer.cut_after]
    step = 1024 if answer.drip_s else max(len(body), 1)
    for start in range(0, len(body), step):
        answerer.wfile.write(body[start : start + step])
        closing.wait(answer.drip_s)


def _say_for_ever(
    answerer: BaseHTTPRequestHandler, answer: Answer, closing: threading.Event
) -> None:
    """Go on until the client hangs up, which raises, or the server closes."""
    answerer.close_connection = True
    if answer.drips_headers_s:
        answerer.flush_headers()
        while not closing.wait(answer.drips_headers_s):
            answerer.wfile.write(b"X-More: y\r\n")
        return
    answerer.send_header("Transfer-Encoding", "chunked")
    answerer.end_headers()
    while not closing.is_set():
        answerer.wfile.write(b"%x\r\n%s\r\n" % (len(answer.body), answer.body))


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def handle_error(self, *_args: Any) -> None:
        """Let a client that hangs up early go in peace."""
