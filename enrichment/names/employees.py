"""Where a text names an employee of the watchlist, so that the name is not kept."""

from collections.abc import Iterable

from collectors.watchlist import Subject
from enrichment.matching.subjects import SubjectMatcher


class EmployeeNames:
    """
    Finds all names of all employees, at all places.

    Unlike `Watchlist.watched` it asks for no consent, and unlike a match for no
    context: it serves to leave names out, never to keep them.
    """

    def __init__(self, subjects: Iterable[Subject]) -> None:
        """
        Args:
            subjects: Those of the watchlist; what isn't an employee is left aside.
        """
        people = [
            Subject.model_construct(
                id=subject.id,
                name=subject.name,
                facet=subject.facet,
                terms=tuple(dict.fromkeys((subject.name, *subject.terms))),
                hashtags=subject.hashtags,
                domains=subject.domains,
                handles=subject.handles,
                misspellings=subject.misspellings,
                compounds=subject.compounds,
            )
            for subject in subjects
            if subject.facet == "employee"
        ]
        self._matcher = SubjectMatcher(people) if people else None

    def spans(self, text: str) -> list[tuple[int, int]]:
        """List where the names stand, in characters."""
        if self._matcher is None:
            return []
        return [(match.start, match.end) for match in self._matcher.find(text)]
