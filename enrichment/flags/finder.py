"""Which flags a passage about a subject carries, by which rule, and where."""

from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import NamedTuple

from enrichment.flags.phrases import Phrase, PhraseIndex, read_phrase
from enrichment.flags.rules import EVENTS, Flag, FlagRule, rules_version
from enrichment.flags.words import Words, read_words

LANGUAGES = ("nl", "fr", "en", "de")

_NEGATORS = {
    "en": "no not never without nothing none neither nor hardly cannot dont doesnt didnt isnt wasnt"
    " wont cant t denies deny denied denying avoid avoids avoided averted false fake rumour rumor"
    " hoax prevent prevents nobody noone",
    "nl": "geen niet nooit zonder niets niks niemand nergens nauwelijks ontkent ontkennen ontkende"
    " vals valse gerucht geruchten afgewend voorkomt voorkomen vermijdt vermeden",
    "fr": "pas aucun aucune jamais sans ni rien nul personne dement nie dementi evite evitee rumeur"
    " rumeurs fausse faux",
    "de": "kein keine keinen keinem keiner keines nicht nie niemals ohne niemand nichts weder kaum"
    " dementiert bestreitet geruchte gerucht falsche abgewendet verhindert",
}
_CONDITIONS = {
    "en": "if would could unless whether imagine suppose hypothetically exercise drill insurance"
    " protection prevention software how",
    "nl": "indien mocht zou zouden stel of verzekering oefening preventie",
    "fr": "si serait seraient pourrait pourraient exercice assurance prevention",
    "de": "wenn falls ob ware ubung versicherung",
}
_NOT_ONLY = frozenset(["only", "just", "alleen", "enkel", "maar", "seulement", "nur"])
_BEFORE = 4
_AFTER = 3
_OPINION_BEFORE = 3


class Flagged(NamedTuple):
    """One flag of a passage; the span is that of the words that raised it."""

    flag: Flag
    rule: str
    start: int
    end: int


class FlagFinder:
    """Reads passages by rules; time grows with the passage, hardly with the number of rules."""

    def __init__(self, rules: Sequence[FlagRule]) -> None:
        self.version = rules_version(tuple(rules))
        self._rules = tuple(rules)
        self._readers: dict[str, _Reader] = {}

    def find(
        self,
        text: str,
        *,
        language: str,
        subjects: Sequence[tuple[int, int]],
        others: Sequence[tuple[int, int]] = (),
    ) -> list[Flagged]:
        """
        Flag one passage.

        Args:
            text: The passage.
            language: ISO 639-1, or `und`, for which the rules of all languages are tried.
            subjects: Where it names the subject it is about, in characters.
            others: Where it names other subjects.

        Returns:
            At most one of each flag, the first that stands in the text; in the order of
            the text.
        """
        if language not in self._readers:
            self._readers[language] = _Reader(self._rules, language)
        reader = self._readers[language]
        if reader.is_empty:
            return []
        read = read_words(text, subjects, others)
        first: dict[Flag, Flagged] = {}
        for rule, places in reader.find(read):
            start, end = read.spans[places[0]][0], read.spans[places[-1]][1]
            span = read.folded.span(start, end)
            if span is None:
                continue
            found = Flagged(rule.flag, rule.id, *span)
            known = first.get(rule.flag)
            if known is None or (*span, rule.id) < (known.start, known.end, known.rule):
                first[rule.flag] = found
        return sorted(
            first.values(), key=lambda flagged: (flagged.start, flagged.end, flagged.flag)
        )


class _Reader:
    """The rules that read one language."""

    def __init__(self, rules: Sequence[FlagRule], language: str) -> None:
        spoken = LANGUAGES if language == "und" else (language,)
        self._negators = _words_of(_NEGATORS, spoken)
        self._conditions = _words_of(_CONDITIONS, spoken)
        self._phrases: list[Phrase] = []
        self._owners: list[tuple[FlagRule, bool]] = []
        for rule in rules:
            if rule.language != "any" and rule.language not in spoken:
                continue
            for written, is_barring in (
                *((phrase, False) for phrase in rule.phrases),
                *((phrase, True) for phrase in rule.unless),
            ):
                for phrase in read_phrase(written, language=rule.language):
                    self._phrases.append(phrase)
                    self._owners.append((rule, is_barring))

    @property
    def is_empty(self) -> bool:
        return not self._phrases

    @cached_property
    def _index(self) -> PhraseIndex:
        return PhraseIndex(self._phrases)

    def find(self, read: Words) -> Iterator[tuple[FlagRule, list[int]]]:
        barred: set[tuple[str, int]] = set()
        found: list[tuple[FlagRule, list[int]]] = []
        for number, places in self._index.find(read):
            rule, is_barring = self._owners[number]
            if is_barring:
                barred.add((rule.id, _where(rule, places, read)))
            else:
                found.append((rule, places))
        for rule, places in found:
            if (rule.id, _where(rule, places, read)) not in barred and self._counts(
                rule, places, read
            ):
                yield rule, places

    def _counts(self, rule: FlagRule, places: list[int], read: Words) -> bool:
        sentence = read.sentences[places[0]]
        is_question = sentence in read.questions
        if rule.counts_in != "any" and (rule.counts_in == "question") != is_question:
            return False
        if rule.flag in EVENTS:
            return sentence in read.near and not (
                self._is_denied(places, read, _BEFORE, _AFTER) or self._is_conditional(places, read)
            )
        if rule.flag in ("praise", "recommendation") and any(read.quoted[at] for at in places):
            return False
        return rule.flag == "question" or not self._is_denied(places, read, _OPINION_BEFORE, 0)

    def _is_denied(self, places: list[int], read: Words, before: int, after: int) -> bool:
        """Tell whether a negation stands before, within or behind, in the same clause."""
        first, last = places[0], places[-1]
        beside = [
            *range(max(0, first - before), first),
            *(at for at in range(first, last) if at not in places),
            *range(last + 1, min(len(read.words), last + 1 + after)),
        ]
        clauses = {read.clauses[at] for at in places}
        return any(
            read.words[at] in self._negators
            and read.clauses[at] in clauses
            and read.words[at + 1 : at + 2] not in _ONLY
            for at in beside
        )

    def _is_conditional(self, places: list[int], read: Words) -> bool:
        sentence = read.sentences[places[0]]
        return any(
            read.words[at] in self._conditions and read.sentences[at] == sentence
            for at in range(max(0, places[0] - 6), min(len(read.words), places[-1] + 3))
            if at not in places
        )


def _where(rule: FlagRule, places: list[int], read: Words) -> int:
    """Tell how far an `unless` reaches: who praises means the whole of it, or is ironic."""
    return 0 if rule.flag == "praise" else read.sentences[places[0]]


_ONLY = [[word] for word in sorted(_NOT_ONLY)]


def _words_of(lists: dict[str, str], languages: Sequence[str]) -> frozenset[str]:
    return frozenset(word for key in languages for word in lists.get(key, "").split())
