"""Turn verdicts into lessons, and say in words what was learnt from them."""

from collections import Counter
from collections.abc import Iterable, Mapping

from enrichment.matching.query_text import About
from enrichment.matching.subjects import Match, SubjectMatcher
from enrichment.relevance.features import bucket_of, evidence_of, features
from enrichment.relevance.labels import Label
from enrichment.relevance.lessons import Lesson
from enrichment.relevance.model import RelevanceModel

_SHOWN_KINDS = "wn"
"""Words anywhere, and words near the name."""
_LEAST_TEXTS = 2
_MOST_WORDS = 6


class Lecture:
    """
    Lessons from verdicts; the words are kept for display, and only as long as this object.

    Attributes:
        lessons: One for each verdict.
        unnamed: Verdicts on texts in which the matcher finds no name of the subject: learnt from
            by their words alone.
    """

    def __init__(self, key: bytes) -> None:
        """Take the key of the hashes."""
        self._key = key
        self.lessons: list[Lesson] = []
        self.unnamed = 0
        self._matchers: dict[str, SubjectMatcher] = {}
        self._words: dict[str, Counter[str]] = {}

    def hear(self, label: Label) -> None:
        """Take one verdict in."""
        matches = self._matches(label)
        self.unnamed += not matches
        is_private = label.subject.facet == "employee"
        self.lessons.append(
            Lesson(
                subject=label.subject.id,
                is_relevant=label.is_relevant,
                evidence=evidence_of(label.title, label.text, matches, self._key),
                is_private=is_private,
                platform=(label.platform or "") if is_private else "",
            )
        )
        if not is_private:
            found = {feature for feature, _ in features(label.title, label.text, matches)}
            words = (one for one in found if one[0] in _SHOWN_KINDS and one[1:2].isalpha())
            self._words.setdefault(label.subject.id, Counter()).update(words)

    def telling_words(self, model: RelevanceModel, subject: str) -> tuple[list[str], list[str]]:
        """
        Name the words of these texts that speak most for a subject, and against it.

        Only words that stand in two texts or more are named.
        """
        buckets, own = model.weights.own[subject]
        weight_of: Mapping[int, float] = dict(zip(buckets.tolist(), own.tolist(), strict=True))
        weights: dict[str, float] = {}
        for feature, texts in self._words.get(subject, Counter()).items():
            bucket = bucket_of(feature, self._key)
            if texts >= _LEAST_TEXTS and bucket in weight_of:
                total = weight_of[bucket] + float(model.weights.shared[bucket])
                if abs(total) > abs(weights.get(feature[1:], 0.0)):
                    weights[feature[1:]] = total
        ordered = sorted(weights, key=lambda word: (-weights[word], word))
        speaking_for = [word for word in ordered if weights[word] > 0][:_MOST_WORDS]
        against = [word for word in reversed(ordered) if weights[word] < 0][:_MOST_WORDS]
        return speaking_for, against

    def _matches(self, label: Label) -> list[Match]:
        matcher = self._matchers.get(label.subject.id)
        if matcher is None:
            matcher = self._matchers[label.subject.id] = SubjectMatcher([label.subject])
        return matcher.find_in(
            title=label.title or None,
            text=label.text,
            platform=label.platform,
            about=About(platform=label.platform),
        )


def heard(labels: Iterable[Label], key: bytes) -> Lecture:
    """Take verdicts in; the key is that of the hashes."""
    lecture = Lecture(key)
    for label in labels:
        lecture.hear(label)
    return lecture
