"""Room on Python's stack for what a task does."""

from collections.abc import Callable
from functools import wraps
from types import FunctionType
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

_WORDS = 34_000
"""Makes Python ask for half a megabyte, of which this takes the greater half."""


def with_room(work: Callable[P, T]) -> Callable[P, T]:
    """
    Let a function call others without asking the system for memory each time.

    Python keeps its frames in pieces of 16 KB, and gives a piece back as soon as the
    last frame in it returns. Airflow calls tasks from deep within: where a busy loop's
    calls lie just across such a border, each call maps and unmaps memory, and loading a
    pipeline took three times the CPU. A frame that claims a large piece keeps the rest
    of it for all that is called below.

    Args:
        work: Does the task.
    """

    @wraps(work)
    def call(*args: P.args, **named: P.kwargs) -> T:
        return work(*args, **named)

    function = cast("FunctionType", call)
    function.__code__ = function.__code__.replace(co_stacksize=_WORDS)
    return call
