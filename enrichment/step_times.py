"""Where the time of an enrichment goes: seconds of each step."""

import time
from collections import defaultdict
from types import TracebackType
from typing import Self


class StepTimes:
    """Adds up how long each step took; steps may be entered any number of times, not nested."""

    def __init__(self) -> None:
        self._seconds: dict[str, float] = defaultdict(float)
        self._step = ""
        self._began = 0.0

    def of(self, step: str) -> Self:
        """Begin a step, for `with`."""
        self._step = step
        return self

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._seconds[self._step] += time.perf_counter() - self._began

    @property
    def seconds(self) -> dict[str, float]:
        """By step, in the order in which they were first entered."""
        return dict(self._seconds)

    def table(self) -> list[tuple[str, float, float]]:
        """List step, seconds and share of all steps (0 to 1), the longest first."""
        whole = sum(self._seconds.values()) or 1.0
        steps = sorted(self._seconds.items(), key=lambda one: -one[1])
        return [(step, seconds, seconds / whole) for step, seconds in steps]
