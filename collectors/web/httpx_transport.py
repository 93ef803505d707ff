"""Hold a client library that speaks through `httpx` to our bounds, and name its faults."""

import logging
import socket
import ssl
import threading
import time
import zlib
from collections.abc import Mapping
from contextlib import suppress
from datetime import timedelta
from functools import cache, partial
from http import HTTPStatus
from typing import Any

import httpcore
import httpx
from requests.utils import get_environ_proxies, select_proxy

from collectors.contract import Clock, Credential
from collectors.errors import BadAnswer, CollectError, SourceTimeout, SourceUnreachable
from collectors.web.statuses import is_success, name_fault
from collectors.web.transport import MAX_BODY_BYTES, detail_of
from collectors.web.utf8 import json_in_utf8

_MAX_FAULT_BYTES = 64 * 1024
_GZIP_OR_ZLIB = zlib.MAX_WBITS | 32
_COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})
_OF_THE_BODY = frozenset({"content-encoding", "content-length", "transfer-encoding"})

# At INFO, httpx logs whole addresses, with all that is asked.
logging.getLogger("httpx").setLevel(logging.WARNING)


class BoundedTransport(httpx.BaseTransport):
    """
    Send requests with a time-out and a size limit, and raise faults as `CollectError`.

    As `BoundedAdapter` does for `requests`: the faults are named below the
    client library, which may lose the status or what the server said.
    """

    def __init__(
        self,
        *,
        what: str,
        timeout: timedelta,
        clock: Clock,
        credential: Credential | None = None,
        max_body_bytes: int = MAX_BODY_BYTES,
    ) -> None:
        """
        Args:
            what: What is asked for; begins every message.
            timeout: For one whole request.
            clock: The present, for waits that a server gives in seconds.
            credential: What no message may repeat.
            max_body_bytes: Longest body that is read, after decompression.
        """
        self._what = what
        self._timeout_s = timeout.total_seconds()
        self._clock = clock
        self._credential = credential
        self._max_body_bytes = max_body_bytes
        self._by_proxy: dict[str | None, httpx.HTTPTransport] = {}
        self._sockets: dict[bytes, socket.socket] = {}
        self.requests = 0
        """Made so far."""
        self.last_body = b""
        """The last answer without fault, decompressed."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """
        Send one request and read its whole answer.

        Raises:
            CollectError: There is no answer, or it reports a fault.
        """
        deadline = time.monotonic() + self._timeout_s
        waits = dict.fromkeys(("connect", "read", "write", "pool"), self._timeout_s)
        place = request.url.netloc
        follow = partial(self._follow, place)
        request.extensions = {**request.extensions, "timeout": waits, "trace": follow}
        request.headers["Accept-Encoding"] = "gzip"
        self.requests += 1
        # A byte of a header now and then begins each wait anew: so the line is cut at the end.
        cut = threading.Timer(self._timeout_s, self._hang_up, [place])
        cut.daemon = True
        cut.start()
        try:
            response = self._transport_to(str(request.url)).handle_request(request)
            try:
                body = self._read(response, deadline)
            finally:
                response.close()
        except httpx.TimeoutException as error:
            raise SourceTimeout(self._too_late()) from error
        except zlib.error as error:
            raise BadAnswer(self._says("the compression is broken")) from error
        except (httpx.HTTPError, OSError) as error:
            if time.monotonic() >= deadline:
                raise SourceTimeout(self._too_late()) from error
            reason = f"no connection, {type(error).__name__}"
            raise SourceUnreachable(self._says(reason)) from error
        finally:
            cut.cancel()
        if not is_success(response.status_code):
            token = request.headers.get("Authorization", "").partition(" ")[2]
            detail = detail_of(body, token=token, credential=self._credential)
            fault = self.fault_of(response.status_code, response.headers, body, detail)
            if fault:
                raise fault
        self.last_body = body = json_in_utf8(body)
        headers = [(k, v) for k, v in response.headers.items() if k.lower() not in _OF_THE_BODY]
        return httpx.Response(response.status_code, headers=headers, content=body, request=request)

    def fault_of(
        self, status: int, headers: Mapping[str, str], body: bytes, detail: str
    ) -> CollectError | None:
        """Name what an answer reports; a platform with words of its own reads *body* first."""
        del body
        return name_fault(self._what, status, headers, detail, self._clock())

    def close(self) -> None:
        """Close the connections."""
        for transport in self._by_proxy.values():
            transport.close()

    def _transport_to(self, url: str) -> httpx.HTTPTransport:
        # A client with a transport of its own looks for no proxy; the machine may have one.
        proxy = select_proxy(url, get_environ_proxies(url))
        if proxy not in self._by_proxy:
            self._by_proxy[proxy] = httpx.HTTPTransport(proxy=proxy, verify=_tls())
        return self._by_proxy[proxy]

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        is_fine = response.status_code == HTTPStatus.OK
        limit = self._max_body_bytes if is_fine else _MAX_FAULT_BYTES
        encoding = response.headers.get("Content-Encoding", "").strip().lower()
        if encoding not in _COMPRESSED | {"", "identity"}:
            raise BadAnswer(self._says("it compresses in a way that was not asked for"))
        # Of a bomb no more is unpacked than the limit, however little of it has come.
        unpack = zlib.decompressobj(_GZIP_OR_ZLIB) if encoding in _COMPRESSED else None
        body = bytearray()
        for piece in response.iter_raw():
            body += unpack.decompress(piece, limit + 1 - len(body)) if unpack else piece
            if len(body) > limit:
                if is_fine:
                    size = f"{limit // 1024**2} MB" if limit >= 1024**2 else f"{limit} bytes"
                    raise BadAnswer(self._says(f"the answer is longer than {size}"))
                return bytes(body[:limit])
            if time.monotonic() >= deadline:
                break
        if time.monotonic() >= deadline:
            raise SourceTimeout(self._too_late())
        if unpack and body and not unpack.eof:
            raise BadAnswer(self._says("the compression is broken"))
        return bytes(body)

    def _follow(self, place: bytes, _event: str, told: Mapping[str, Any]) -> None:
        """Remember the socket of each connection that is opened or secured."""
        stream = told.get("return_value")
        if isinstance(stream, httpcore.NetworkStream):
            self._sockets[place] = stream.get_extra_info("socket")

    def _hang_up(self, place: bytes) -> None:
        line = self._sockets.get(place)
        if line is not None:
            with suppress(OSError):
                # Not the method of a TLS socket, which would take its reader by surprise.
                socket.socket.shutdown(line, socket.SHUT_RDWR)

    def _too_late(self) -> str:
        return self._says(f"no answer within {self._timeout_s:g} s")

    def _says(self, message: str) -> str:
        return f"{self._what}: {message}"


@cache
def _tls() -> ssl.SSLContext:
    return httpx.create_ssl_context()  # Takes longer than most requests.
