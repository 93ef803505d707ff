"""A local server that plays the sample world's X, Reddit and feeds at a simulated present."""

import sys
import threading
from datetime import UTC, datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit

from collectors.sample.exchange import Answer, Question
from collectors.sample.server_feeds import FeedPlatform
from collectors.sample.server_reddit import RedditPlatform
from collectors.sample.server_x import XPlatform
from collectors.sample.world import World

_MAX_BODY = 1024 * 1024
_HOST = "127.0.0.1"


class SampleServer:
    """
    Serves the world on 127.0.0.1 for as long as the context lasts.

    It shows only what existed at `now`; another process sets that with
    `POST /now` and an ISO time as the body, and reads it with `GET /now`.
    """

    def __init__(self, world: World, port: int = 0, now: datetime | None = None) -> None:
        """
        Prepare the server; it answers from `start` or the `with` statement on.

        Args:
            world: What there is to show.
            port: 0: any free one.
            now: The simulated present (aware); None: the end of the world.
        """
        self.world = world
        self.now = now or world.anchor
        self.x = XPlatform(world)
        self.reddit = RedditPlatform(world)
        self.feeds = FeedPlatform(world)
        self._lock = threading.Lock()
        self._http = _HttpServer((_HOST, port), self)
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True)

    @property
    def url(self) -> str:
        """Where it answers, such as `http://127.0.0.1:8901`."""
        return f"http://{_HOST}:{self._http.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    def wait(self) -> None:
        """Stay until the server ends or the user interrupts."""
        self._thread.join()

    def answer(self, question: Question) -> Answer:
        """Answer one request, at one moment for all platforms."""
        with self._lock:
            if question.path.startswith(("/2/", "/storage/")):
                return self.x.answer(question)
            if question.path.startswith(("/r/", "/user/", "/api/")):
                return self.reddit.answer(question)
            return self.feeds.answer(question)

    def answer_now(self, body: str | None) -> Answer:
        """Tell the simulated present, or set it to the ISO time in *body*."""
        if body is not None:
            try:
                moment = datetime.fromisoformat(body.strip())
            except ValueError:
                return Answer(status=HTTPStatus.BAD_REQUEST, body=b"not an ISO 8601 time\n")
            self.now = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
        return Answer(body=f"{self.now.isoformat()}\n".encode())


class _HttpServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, address: tuple[str, int], sample: SampleServer) -> None:
        super().__init__(address, _Handler)
        self.sample = sample

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Let a client that hangs up go in peace."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "sample"
    disable_nagle_algorithm = True
    server: _HttpServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_PUT(self) -> None:
        self._answer()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Say nothing: the terminal belongs to whoever started the server."""

    def _answer(self) -> None:
        sample = self.server.sample
        length = self.headers.get("Content-Length") or "0"
        if not length.isdecimal() or int(length) > _MAX_BODY:
            self.close_connection = True
            self._send(Answer(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
            return
        body = self.rfile.read(int(length)).decode("utf-8", "replace")
        parts = urlsplit(self.path)
        if parts.path == "/now":
            self._send(sample.answer_now(body if self.command == "POST" else None))
            return
        question = Question(
            method=self.command,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in self.headers.items()},
            form=dict(parse_qsl(body)),
            now=sample.now,
            body=body,
        )
        self._send(sample.answer(question))

    def _send(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if answer.status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            # prawcore asks for it; a client that is not told may use the connection again.
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(answer.body)
