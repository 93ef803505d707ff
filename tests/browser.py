"""Pages opened in headless Chromium, driven over its debugging pipe."""

import base64
import fcntl
import json
import os
import select
import signal
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.programs import CHROMIUM

_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--remote-debugging-pipe",
)
_PATIENCE_S = 60
_READS, _WRITES = 3, 4
"""Where Chromium reads commands and writes answers, each ended by a zero byte."""


@dataclass
class Page:
    """An open page, and all that it asked for and complained about."""

    browser: "Browser"
    session: str
    requests: list[str] = field(default_factory=list)
    """Addresses, its own first."""
    complaints: list[str] = field(default_factory=list)
    """Errors and warnings of the console, and exceptions."""

    def evaluate(self, expression: str) -> Any:
        """Evaluate JavaScript; a promise is awaited."""
        asked = {"expression": expression, "returnByValue": True, "awaitPromise": True}
        answer = self.ask("Runtime.evaluate", **asked)
        assert "exceptionDetails" not in answer, answer["exceptionDetails"]
        return answer["result"].get("value")

    def screenshot(self) -> bytes:
        """Take the whole page, below the fold too, as PNG."""
        answer = self.ask("Page.captureScreenshot", captureBeyondViewport=True)
        return base64.b64decode(answer["data"])

    def pdf(self) -> bytes:
        """Print the page."""
        return base64.b64decode(self.ask("Page.printToPDF")["data"])

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Send a command and wait for its answer."""
        return self.browser.ask(method, parameters, page=self)

    def hear(self, event: Mapping[str, Any]) -> None:
        """Note what the page does."""
        told = event["params"]
        match event["method"]:
            case "Network.requestWillBeSent":
                self.requests.append(told["request"]["url"])
            case "Log.entryAdded" if told["entry"]["level"] in {"warning", "error"}:
                self.complaints.append(told["entry"]["text"])
            case "Runtime.exceptionThrown":
                self.complaints.append(told["exceptionDetails"]["text"])


class Browser:
    """A running Chromium; use `open_browser`."""

    def __init__(self, commands: int, answers: int) -> None:
        self._commands = commands
        self._answers = answers
        self._buffer = b""
        self._number = 0

    def ask(
        self, method: str, parameters: Mapping[str, Any], *, page: Page | None = None
    ) -> dict[str, Any]:
        """Send a command and wait for its answer; events in between go to *page*."""
        self._number += 1
        command = {"id": self._number, "method": method, "params": parameters}
        if page:
            command["sessionId"] = page.session
        os.write(self._commands, json.dumps(command).encode() + b"\0")
        while True:
            message = self._message()
            if message.get("id") == self._number:
                assert "error" not in message, f"{method}: {message['error']}"
                answer: dict[str, Any] = message["result"]
                return answer
            if page and "method" in message and message.get("sessionId") == page.session:
                page.hear(message)

    @contextmanager
    def open(
        self, path: Path, *, width: int, height: int = 900, is_dark: bool = False
    ) -> Iterator[Page]:
        """
        Open a file as on a screen of *width* CSS pixels, and wait until it is laid out.

        Args:
            path: An HTML file.
            width: In CSS pixels; below 500 the screen is that of a phone.
            height: Of the window.
            is_dark: Whether the reader's system is set to dark colours.
        """
        target = self.ask("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self.ask("Target.attachToTarget", {"targetId": target, "flatten": True})
        page = Page(self, attached["sessionId"])
        for domain in ("Page", "Network", "Log", "Runtime"):
            page.ask(f"{domain}.enable")
        screen = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        page.ask("Emulation.setDeviceMetricsOverride", **screen)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}
        page.ask("Emulation.setEmulatedMedia", features=[scheme])
        page.ask("Page.navigate", url=path.resolve().as_uri())
        page.evaluate(
            "new Promise(done => { const wait = () => document.readyState === 'complete'"
            " && location.protocol === 'file:'"
            " ? requestAnimationFrame(() => requestAnimationFrame(done)) : setTimeout(wait, 20);"
            " wait(); })"
        )
        try:
            yield page
        finally:
            self.ask("Target.closeTarget", {"targetId": target})

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            assert select.select([self._answers], [], [], _PATIENCE_S)[0], "Chromium is silent"
            piece = os.read(self._answers, 1 << 20)
            assert piece, "Chromium has gone"
            self._buffer += piece
        first, self._buffer = self._buffer.split(b"\0", 1)
        message: dict[str, Any] = json.loads(first)
        return message


@contextmanager
def open_browser() -> Iterator[Browser]:
    """Start Chromium with a profile of its own, and end it."""
    assert CHROMIUM
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        ours, theirs = _pipe(), _pipe()
        words = [CHROMIUM, *_FLAGS, f"--user-data-dir={profile}", "about:blank"]
        environ = {**os.environ, "HOME": profile}
        silent = [(os.POSIX_SPAWN_OPEN, fd, os.devnull, os.O_RDWR, 0) for fd in (0, 1, 2)]
        process = os.posix_spawn(
            CHROMIUM,
            words,
            environ,
            file_actions=[
                *silent,
                (os.POSIX_SPAWN_DUP2, ours[0], _READS),
                (os.POSIX_SPAWN_DUP2, theirs[1], _WRITES),
            ],
            setpgroup=0,
        )
        os.close(ours[0])
        os.close(theirs[1])
        try:
            yield Browser(ours[1], theirs[0])
        finally:
            os.close(ours[1])  # Chromium ends when nobody commands it any more.
            _await(process)
            os.close(theirs[0])


def _pipe() -> tuple[int, int]:
    """Make a pipe whose ends are none of the numbers that Chromium wants."""
    ends = []
    for end in os.pipe():
        ends.append(fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, 10))
        os.close(end)
    return ends[0], ends[1]


def _await(process: int) -> None:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if os.waitpid(process, os.WNOHANG)[0]:
            return
        time.sleep(0.05)
    os.killpg(process, signal.SIGKILL)
    os.waitpid(process, 0)
