"""Turns at a host: whoever has one is the only one of this program who asks there."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Lock

from collectors.errors import CollectError

_MOST_HOSTS = 10_000
_LONGEST_REST_S = 5.0


class NoTurn(CollectError):
    """Others ask this host, or it wants a pause, for longer than there is time: try again later."""

    reason = "no_turn"


@dataclass(slots=True)
class _Host:
    lock: Lock = field(default_factory=Lock)
    free_at: float = 0
    """On the monotonic clock."""


@dataclass(slots=True)
class Turn:
    """A turn at a host, and how long the host rests after it."""

    rest_s: float = 0


class Turns:
    """One request at a time for each host, across the threads of this process."""

    def __init__(self) -> None:
        self._hosts: dict[str, _Host] = {}
        self._lock = Lock()

    @contextmanager
    def at(self, host: str, *, deadline: float) -> Iterator[Turn]:
        """
        Wait for a turn and keep it for the length of the `with` block.

        After it, the host rests for as long as the block says, and at least for as
        long as it took to answer: a slow host is asked slowly.

        Args:
            host: Its name.
            deadline: Until when to wait, on the monotonic clock.

        Raises:
            NoTurn: The turn would come too late.
        """
        found = self._host(host)
        msg = f"{host} is asked by others, or wants a pause"
        if not found.lock.acquire(timeout=max(deadline - time.monotonic(), 0)):
            raise NoTurn(msg)
        try:
            if found.free_at > deadline:
                raise NoTurn(msg)
            time.sleep(max(found.free_at - time.monotonic(), 0))
            turn, begun_at = Turn(), time.monotonic()
            try:
                yield turn
            finally:
                now = time.monotonic()
                found.free_at = now + max(turn.rest_s, min(now - begun_at, _LONGEST_REST_S))
        finally:
            found.lock.release()

    def _host(self, name: str) -> _Host:
        with self._lock:
            if len(self._hosts) >= _MOST_HOSTS:
                now = time.monotonic()
                busy = {n: h for n, h in self._hosts.items() if h.lock.locked() or h.free_at > now}
                self._hosts = busy
            return self._hosts.setdefault(name, _Host())
