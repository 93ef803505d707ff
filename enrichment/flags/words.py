"""The words of a passage as the rules see them: sentences, clauses, quotations, names."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from enrichment.matching.folding import Folded

SUBJECT = "{subject}"
"""Stands for the name of the subject whose passage it is."""
OTHER = "{other}"
"""Stands for the name of another subject."""

_PIECE = re.compile(
    r"(?P<link>(?:https?://|www\.)\S+)|(?P<account>@\w+)|(?P<word>#?[^\W_]+)|(?P<sign>[^\w\s])"
    r"|(?P<break>\v)"
)
_SENTENCE_ENDS = frozenset(".!?*")
"""Folding makes a star of an ellipsis and of emoji: both end what was said."""
_AFTER_END = frozenset(" \"')*\v.!?")
_CLAUSE_ENDS = frozenset(",;:()[]/\u2014")
_CONTRAST = frozenset(
    [
        "but",
        "however",
        "although",
        "though",
        "maar",
        "echter",
        "hoewel",
        "mais",
        "cependant",
        "pourtant",
        "aber",
        "jedoch",
        "obwohl",
    ]
)
_SHORT_QUOTE = 3
# Words that take up the firm's name again in the next sentence.
_TAKEN_UP = frozenset(
    [
        "they",
        "their",
        "them",
        "company",
        "firm",
        "brand",
        "ze",
        "zij",
        "hun",
        "bedrijf",
        "firma",
        "keten",
        "merk",
        "ils",
        "elles",
        "leur",
        "leurs",
        "entreprise",
        "marque",
        "groupe",
        "societe",
        "enseigne",
        "sie",
        "ihre",
        "ihr",
        "unternehmen",
        "konzern",
        "marke",
        "kette",
    ]
)


@dataclass(slots=True)
class Words:
    """
    A passage word by word; the lists have one entry for each word.

    Attributes:
        folded: The passage.
        words: Folded; a hashtag with its sign and without; `SUBJECT` and `OTHER` for names.
        spans: Start and end in `folded.plain`.
        sentences: Number of the sentence.
        clauses: Number of the clause, over all sentences.
        quoted: Whether it stands in a quotation of at most three words.
        questions: The sentences that end in a question mark.
        near: The sentences that name the subject, and those beside them that take the name up
            again (*they*, *the company*).
    """

    folded: Folded
    words: list[str] = field(default_factory=list)
    spans: list[tuple[int, int]] = field(default_factory=list)
    sentences: list[int] = field(default_factory=list)
    clauses: list[int] = field(default_factory=list)
    quoted: list[bool] = field(default_factory=list)
    questions: set[int] = field(default_factory=set)
    near: set[int] = field(default_factory=set)


def read_words(
    text: str, subjects: Sequence[tuple[int, int]], others: Sequence[tuple[int, int]]
) -> Words:
    """
    Take a passage apart.

    Args:
        text: The passage.
        subjects: Where it names its subject, in characters.
        others: Where it names other subjects.
    """
    read = Words(Folded(text))
    names = [(span, SUBJECT) for span in subjects] + [(span, OTHER) for span in others]
    origins, plain = read.folded.origins, read.folded.plain
    borders = _Borders(plain)
    for piece in _PIECE.finditer(plain, 0, read.folded.length):
        kind, (start, end) = piece.lastgroup, piece.span()
        if kind in ("sign", "break"):
            borders.pass_by(piece[0], start, read)
            continue
        if piece[0] in _CONTRAST:
            borders.clause += 1
            if not read.words:
                continue  # What it is set against stands in another passage.
        for word in _spoken(piece[0], kind, _as_name(origins[start], origins[end], names)):
            read.words.append(word)
            read.spans.append((start, end))
            read.sentences.append(borders.sentence)
            read.clauses.append(borders.clause)
            read.quoted.append(False)
    read.near = _near_subject(read)
    return read


def _near_subject(read: Words) -> set[int]:
    pairs = list(zip(read.words, read.sentences, strict=True))
    naming = {number for word, number in pairs if word == SUBJECT}
    taken_up = {number for word, number in pairs if word in _TAKEN_UP}
    return naming | {n for n in taken_up if n - 1 in naming or n + 1 in naming}


class _Borders:
    """Counts sentences and clauses, and marks short quotations."""

    def __init__(self, plain: str) -> None:
        self.sentence = self.clause = 0
        self._plain = plain
        self._quote_at: int | None = None

    def pass_by(self, sign: str, start: int, read: Words) -> None:
        """Take note of a sign between words."""
        before, after = self._plain[start - 1], self._plain[start + 1]
        if sign == '"':
            self._quote(read)
        elif sign == "\v" or (sign in _SENTENCE_ENDS and after in _AFTER_END):
            if sign == "?" and read.words:
                read.questions.add(read.sentences[-1])
            self.sentence += 1
            self.clause += 1
        elif sign in _CLAUSE_ENDS or (sign == "-" and before == after == " "):
            self.clause += 1

    def _quote(self, read: Words) -> None:
        begun, now = self._quote_at, len(read.words)
        if begun is None:
            self._quote_at = now
            return
        if now - begun <= _SHORT_QUOTE:
            read.quoted[begun:] = [True] * (now - begun)
        self._quote_at = None


def _spoken(written: str, kind: str | None, name: str | None) -> list[str]:
    """Tell which words stand there: a hashtag is read as itself and as its word."""
    named = [name] if name else []
    if written[0] == "#":
        return [*named, written, written[1:]]
    return named or ([] if kind == "link" else [written])


def _as_name(start: int, end: int, names: Sequence[tuple[tuple[int, int], str]]) -> str | None:
    for (first, behind), name in names:
        if start < behind and end > first:
            return name
    return None
