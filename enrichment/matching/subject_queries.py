"""Which subjects' queries hold for a mention, and where the words stand that they ask for."""

from collections.abc import Sequence

from collectors.queries.loosening import needed
from collectors.queries.tree import Near, Query, Text, leaves
from collectors.watchlist import Subject
from enrichment.matching.boundaries import has_unspaced
from enrichment.matching.folding import Folded
from enrichment.matching.query_evaluation import holds, places_of, why_failing
from enrichment.matching.query_text import Place, QueryText, patterns_in


class SubjectQueries:
    """The queries of many subjects; most texts are told apart by their words alone."""

    def __init__(self, subjects: Sequence[Subject]) -> None:
        self._queries: dict[int, Query] = {}
        self._alone: dict[int, list[Query]] = {}
        self._by_word: dict[str, list[int]] = {}
        self._by_beginning: dict[int, dict[str, list[int]]] = {}
        for number, subject in enumerate(subjects):
            query = subject.query_tree
            if query is None:
                continue
            self._queries[number] = query
            if not subject.has_names:
                self._alone[number] = [leaf for leaf, is_negated in leaves(query) if not is_negated]
                self._index(number, query)

    def _index(self, number: int, query: Query) -> None:
        """Note the words without one of which a query can't hold."""
        for leaf in needed(query) or ():
            words = leaf.words if isinstance(leaf, Text | Near) else getattr(leaf, "name", "")
            pattern = max(patterns_in(words), key=_letters_before_star, default="")
            beginning, star, _ = pattern.partition("*")
            if star:
                known = self._by_beginning.setdefault(len(beginning), {})
                known.setdefault(beginning, []).append(number)
            elif pattern:
                self._by_word.setdefault(pattern, []).append(number)

    def __bool__(self) -> bool:
        return bool(self._queries)

    def refused_by(self, numbers: set[int], text: QueryText) -> set[int]:
        """Find, among some subjects (by their place in the list), those whose query fails."""
        return {
            number
            for number in numbers
            if number in self._queries and not holds(self._queries[number], text)
        }

    def why_refused(self, number: int, text: QueryText) -> str:
        """Say why the query of one of `refused_by` fails."""
        return f"its query fails: {why_failing(self._queries[number], text)}"

    def found_in(self, text: QueryText, folded: Sequence[Folded]) -> list[list[tuple[Place, int]]]:
        """
        Find subjects that have nothing but a query.

        Returns:
            For each field the places of the words that are asked for, with the subject.
        """
        found: list[list[tuple[Place, int]]] = [[] for _ in folded]
        for number in sorted(self._candidates(text, folded)):
            if holds(self._queries[number], text):
                for field, places in zip(text.fields, found, strict=True):
                    places.extend(
                        (place, number)
                        for leaf in self._alone[number]
                        for place in places_of(leaf, field)
                    )
        return found

    def _candidates(self, text: QueryText, folded: Sequence[Folded]) -> set[int]:
        candidates: set[int] = set()
        if not self._alone:
            return candidates
        for number, field in enumerate(folded):
            splits = has_unspaced(field.plain)
            words = set(text.fields[number].numbers if splits else field.words())
            for word in self._by_word.keys() & words:
                candidates.update(self._by_word[word])
            for length, known in self._by_beginning.items():
                for beginning in known.keys() & {word[:length] for word in words}:
                    candidates.update(known[beginning])
        return candidates


def _letters_before_star(pattern: str) -> int:
    return len(pattern.partition("*")[0])
