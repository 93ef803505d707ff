"""Calls below a task cost the same at every depth of the stack."""

import resource
from collections.abc import Callable

from dags.steps.room import with_room

CALLS = 500
DEPTHS = 300
"""Frames of a hundred bytes and more: enough to cross a border of 16 KB."""
LEVELS = 6
"""So deep that from one depth to the next no border is missed."""


def test_calls_map_no_memory_at_any_depth_of_the_stack() -> None:
    work = with_room(many_calls)
    assert max(faults_at(depth, work) for depth in range(DEPTHS)) < CALLS // 2


def test_arguments_and_answer_pass_through() -> None:
    assert with_room(divmod)(17, 5) == (3, 2)


def many_calls() -> None:
    for _ in range(CALLS):
        nested(LEVELS)


def nested(levels: int) -> int:
    return nested(levels - 1) if levels else 0


def faults_at(depth: int, work: Callable[[], None]) -> int:
    if depth:
        return faults_at(depth - 1, work)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    work()
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before
