"""Hang up on a server that lets its answer drip, header by header."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from urllib3 import HTTPConnectionPool, PoolManager


class CutOff:
    """
    End requests after a time, for all of one `PoolManager`'s connections.

    The time-out of a socket begins anew with each byte; while headers are read,
    nobody but the socket is asked, so that a byte now and then could hold a
    worker for ever.
    """

    def __init__(self) -> None:
        self.has_happened = False
        """Whether the last request was ended here."""
        self._current: Any = None

    def watch(self, manager: PoolManager) -> None:
        """Follow the connections that a manager will open."""
        pools = manager.pool_classes_by_scheme
        manager.pool_classes_by_scheme = {
            scheme: self._watched(pool) for scheme, pool in pools.items()
        }

    @contextmanager
    def after(self, seconds: float) -> Iterator[None]:
        """Give what happens within the block so many seconds."""
        self.has_happened, self._current = False, None
        timer = threading.Timer(seconds, self._hang_up)
        timer.daemon = True
        timer.start()
        try:
            yield
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        self.has_happened = True
        connection = getattr(self._current, "sock", None)
        if connection is not None:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _watched(self, pool: type[HTTPConnectionPool]) -> type[HTTPConnectionPool]:
        cut_off = self
        connection: Any = pool.ConnectionCls

        class WatchedConnection(connection):  # type: ignore[misc]  # one of two, by the scheme
            def putrequest(self, *args: Any, **options: Any) -> Any:
                cut_off._current = self
                return super().putrequest(*args, **options)

        return type("WatchedPool", (pool,), {"ConnectionCls": WatchedConnection})
