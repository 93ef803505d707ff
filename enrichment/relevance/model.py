"""What was learnt, and how it judges a mention."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256

import numpy as np

from enrichment.matching.subjects import Match
from enrichment.relevance.features import Evidence, evidence_of
from enrichment.relevance.logistic import Weights, probability


@dataclass(frozen=True, kw_only=True)
class RelevanceModel:
    """
    Judges whether a mention is about a subject, or about something else of that name.

    Attributes:
        weights: Of features, shared and of each subject.
        lines: By subject, slope and shift that make the scores honest.
        subjects: Those of whom enough was taught.
        key: By which words are hashed.
    """

    weights: Weights
    lines: Mapping[str, tuple[float, float]]
    subjects: frozenset[str]
    key: bytes = field(repr=False)

    @cached_property
    def name(self) -> str:
        """Name and version: 12 hexadecimal digits that change with anything learnt."""
        digest = sha256(np.round(self.weights.shared, 6).tobytes())
        for subject in sorted(self.subjects):
            buckets, own = self.weights.own[subject]
            digest.update(f"{subject} {len(buckets)}".encode())
            digest.update(buckets.tobytes())
            digest.update(np.round([*own, *self.lines[subject]], 6).tobytes())
        return f"relevance 2 {digest.hexdigest()[:12]}"

    def probability_of(self, evidence: Evidence, subject: str) -> float:
        """Tell how probable it is, 0 to 1, that *evidence* is about *subject*."""
        slope, shift = self.lines[subject]
        score = slope * self.weights.score(evidence, subject) + shift
        return float(probability(np.array(score)))

    def judge(self, title: str, text: str, matches: Sequence[Match]) -> dict[str, float]:
        """
        Judge a mention once for each subject that it names and of whom enough was taught.

        Args:
            title: The title, or nothing.
            text: The text.
            matches: Where they name subjects.

        Returns:
            By subject, the probability, 0 to 1, that the mention is about it; of other
            subjects nothing is known, and nothing is said.
        """
        by_subject: dict[str, list[Match]] = {}
        for match in matches:
            if match.subject in self.subjects:
                by_subject.setdefault(match.subject, []).append(match)
        return {
            subject: self.probability_of(evidence_of(title, text, here, self.key), subject)
            for subject, here in by_subject.items()
        }

    def sift(
        self, title: str, text: str, matches: list[Match], thresholds: Mapping[str, float]
    ) -> tuple[list[Match], dict[str, float]]:
        """
        Leave out the matches of subjects that a mention is probably not about.

        Args:
            title: The title, or nothing.
            text: The text.
            matches: Where they name subjects.
            thresholds: By subject, the least probability that counts.

        Returns:
            The matches that count, and the probabilities of `judge`.
        """
        judged = self.judge(title, text, matches)
        refused = {one for one, p in judged.items() if p < thresholds.get(one, 0.0)}
        kept = [m for m in matches if m.subject not in refused] if refused else matches
        return kept, judged
