"""What people taught, as it is kept: hashed features and a verdict, never a text."""

from collections.abc import Iterable
from dataclasses import dataclass

from enrichment.relevance.features import Evidence


@dataclass(frozen=True, kw_only=True, slots=True)
class Lesson:
    """
    One confirmed or rejected match.

    Attributes:
        subject: Whom it was found for.
        is_relevant: Whether it is about that subject.
        evidence: What of the mention speaks for or against.
        is_private: Whether the subject is an employee: nothing is learnt from it for others.
        platform: Of an employee's, where it was posted: consents stand for platforms; else empty.
    """

    subject: str
    is_relevant: bool
    evidence: Evidence
    is_private: bool = False
    platform: str = ""

    @property
    def key(self) -> tuple[str, bytes]:
        """The same for the same subject and text, whatever the verdict."""
        return self.subject, self.evidence.buckets.tobytes()


def united(known: Iterable[Lesson], new: Iterable[Lesson]) -> tuple[list[Lesson], int, int]:
    """
    Add lessons to those known; the later verdict on a text counts.

    Returns:
        All of them, in an order that depends on nothing but themselves; how many of the new
        ones were known as such, and how many changed a verdict.
    """
    lessons = {lesson.key: lesson for lesson in known}
    repeated = changed = 0
    for lesson in new:
        before = lessons.get(lesson.key)
        if before is not None:
            repeated += before.is_relevant == lesson.is_relevant
            changed += before.is_relevant != lesson.is_relevant
        lessons[lesson.key] = lesson
    return [lessons[key] for key in sorted(lessons)], repeated, changed
