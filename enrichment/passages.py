"""Where the tone towards a subject is read: the sentence or clause around its name."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from enrichment.language.detection import UNKNOWN, detect_language

PASSAGE_WORDS = 60
_REACH_CHARS = 600
"""How far from the match a passage may begin or end: long texts cost no more than short ones."""

_NEAR_CHARS = 1_500
"""Beyond, another subject's name can't stand in a passage."""

_WORD = re.compile(r"\S+")
# A sentence ends at its mark, with closing quotes, brackets or emoji, before white space
# and something that can begin a sentence; or at a line break.
# Bounded repetitions keep a wall of exclamation marks linear.
_END = re.compile(
    r"(?:[.!?\u2026\u203c\u2049]{1,20}[\"'\u2019\u201d\u00bb)\]]{0,3}"
    r"(?:\s{0,2}[\u2600-\u27bf\ufe0f\u200d\U0001F000-\U0001FAFF]{1,20})?(?=\s{1,20}[^\sa-zà-ÿ]))"
    r"|(?:[\u2600-\u27bf\ufe0f\u200d\U0001F000-\U0001FAFF]{1,20}(?=\s{1,20}[A-ZÀ-Þ]))"
    r"|[\n\r\u2028\u2029]"
)
_ABBREVIATION = re.compile(
    r"(?:^|[\s(\"'])(?:[A-Za-zÀ-ÿ]|dr|mr|mrs|ms|prof|st|sr|jr|ir|ing|bv|nv|nr|no|vs|bzw|bijv|ca|cf"
    r"|etc|evtl|enz|i\.e|e\.g|d\.h|z\.b|o\.a|m\.a\.w|t\.o\.v|p\.ex|vgl|inc|ltd|co|mme|mlle|av|art"
    r"|jan|feb|apr|aug|sept?|okt|oct|nov|dec|dez|incl|max|min|tel|u\.a|resp)\.$",
    re.IGNORECASE,
)
# Where one clause hands over to the next: contrast, and marks that part statements.
_CLAUSE_BORDER = re.compile(
    r"[;\u2013\u2014:]\s|\s-\s|,?\s(?=(?:but|whereas|while|unlike|although|though"
    r"|maar|terwijl|echter|hoewel|daarentegen|tegenover"
    r"|mais|tandis|alors\sque|cependant|tant\sque|contrairement"
    r"|aber|sondern|w\u00e4hrend|jedoch|hingegen|dagegen|obwohl)\s)",
    re.IGNORECASE,
)
# Contrast with someone else: a name follows. *I* is no name.
_OTHER_SIDE = re.compile(
    r",?\s(?=(?i:but|whereas|while|unlike|although|though|maar|terwijl|hoewel|mais|tandis\sque"
    r"|alors\sque|aber|sondern|w\u00e4hrend|jedoch|hingegen|obwohl)\s[@#]?[A-Z\u00c0-\u00de]\w)"
)
_LIST_BORDER = re.compile(r",\s|\s(?=(?:and|en|et|und)\s)", re.IGNORECASE)


# Marks that part statements, white space after them.
_PARTING = re.compile(r"[.!?;:\u2026]{1,20}(?=\s|$)|\n|,\s|\s-{1,3}\s")
STATEMENT_WORDS = 10
_FEWEST_WORDS = 3
_POST_MARK = re.compile(r"[@#]\w|https?:|[\u2600-\u27bf\U0001F000-\U0001FAFF]")
_POST_WORDS = 6
"""A clause of fewer words may lack a capital letter in an article, too."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Passage:
    """A piece of text that speaks of one subject."""

    text: str
    start: int
    """First character of the subject's name in `text`."""
    end: int
    """Character after its last."""
    language: str


def sentence_spans(text: str) -> list[tuple[int, int]]:
    """
    Split a text into sentences.

    Returns:
        (start, end) of each sentence in characters, in order, without the
        white space around it; none for a blank text.
    """
    spans: list[tuple[int, int]] = []
    start = 0
    for mark in _END.finditer(text):
        is_break = mark.group().isspace()
        if not is_break and _ABBREVIATION.search(text[max(0, mark.start() - 12) : mark.end()]):
            continue
        _add_span(spans, text, start, mark.end())
        start = mark.end()
    _add_span(spans, text, start, len(text))
    return spans


def passage_around(
    text: str,
    start: int,
    end: int,
    *,
    language: str,
    others: Sequence[tuple[int, int]] = (),
) -> Passage:
    """
    Cut out what is said of the subject named at text[start:end].

    The sentence with the name, and its neighbours while they name no other
    subject and all together stay within `PASSAGE_WORDS` words. A sentence that
    names several subjects gives each its clause, and what is said of another
    name in contrast (*but Bolt …*) is left out, whether it is a subject or not.

    Args:
        text: The whole field.
        start: First character of the name.
        end: Character after its last.
        language: ISO 639-1, or `und`; handed on.
        others: Where other subjects are named in *text*.

    Returns:
        The passage; it always holds the name.
    """
    left, right = max(0, start - _REACH_CHARS), min(len(text), end + _REACH_CHARS)
    left, right = _whole_words(text, left, right)
    window = text[left:right]
    here = (start - left, end - left)
    near = [
        (s - left, e - left)
        for s, e in others
        if e > left and s < right and (e <= start or s >= end)
    ]
    sentences = sentence_spans(window) or [here]
    first = last = next(
        (i for i, (_, stop) in enumerate(sentences) if stop > here[0]), len(sentences) - 1
    )
    while last + 1 < len(sentences) and sentences[last][1] < here[1]:
        last += 1
    low, high = sentences[first][0], sentences[last][1]
    if any(s < high and e > low for s, e in near):
        low, high = _clause(window, (low, high), here, near)
    else:
        low, high = _with_neighbours(window, sentences, (first, last), near)
    low, high = _own_side(window, (min(low, here[0]), max(high, here[1])), here)
    low, high = _within_words(window, (low, high), here)
    return Passage(text=window[low:high], start=here[0] - low, end=here[1] - low, language=language)


def passages_around(
    text: str, places: Sequence[tuple[int, int, str]], *, language: str
) -> list[Passage]:
    """
    Cut out what is said at each place of a text where a subject is named.

    Args:
        text: The whole field.
        places: First character of the name, character after its last, and the subject's id.
        language: Of the whole text: ISO 639-1, or `und`.

    Returns:
        One passage for each place, in the same order; see `passage_around`. What is cut out of
        a text of several languages has its own language, where that can be told.
    """
    ordered = sorted(places)
    starts = [start for start, _, _ in ordered]
    passages = []
    for start, end, subject in places:
        near = slice(
            bisect_left(starts, start - _NEAR_CHARS), bisect_right(starts, end + _NEAR_CHARS)
        )
        others = [(s, e) for s, e, other in ordered[near] if other != subject]
        passage = passage_around(text, start, end, language=language, others=others)
        passages.append(passage if len(passage.text) == len(text) else _in_its_language(passage))
    return passages


def _in_its_language(passage: Passage) -> Passage:
    found, _ = detect_language(passage.text, hint=passage.language)
    return passage if found in {UNKNOWN, passage.language} else replace(passage, language=found)


def statement_around(passage: Passage) -> Passage:
    """
    Narrow a passage to the statement in which its name stands.

    At most `STATEMENT_WORDS` words on either side, up to the nearest marks that leave the
    statement `_FEWEST_WORDS` words beside the name.
    """
    text, start, end = passage.text, passage.start, passage.end
    window = max(0, start - _REACH_CHARS), min(len(text), end + _REACH_CHARS)
    before = [found.start() for found in _WORD.finditer(text, window[0], start)]
    after = [found.end() for found in _WORD.finditer(text, end, window[1])]
    low = before[-STATEMENT_WORDS] if len(before) >= STATEMENT_WORDS else window[0]
    high = after[STATEMENT_WORDS - 1] if len(after) >= STATEMENT_WORDS else window[1]
    for mark in _PARTING.finditer(text, low, start):
        if _words_beside(text, (mark.end(), high), (start, end)) >= _FEWEST_WORDS:
            low = mark.end()
    for mark in reversed(list(_PARTING.finditer(text, end, high))):
        if _words_beside(text, (low, mark.start()), (start, end)) >= _FEWEST_WORDS:
            high = mark.start()
    return Passage(text=text[low:high], start=start - low, end=end - low, language=passage.language)


def is_addressed(passage: Passage) -> bool:
    """Tell whether the name is an account's handle: a post that speaks to it is about it."""
    return "@" in passage.text[max(0, passage.start - 1) : passage.start + 1]


def looks_like_post(text: str) -> bool:
    """Tell quick writing by its marks: accounts, tags, links, emoji, or no capital letter at all."""
    return bool(_POST_MARK.search(text)) or (text.islower() and _count_words(text) >= _POST_WORDS)


def _add_span(spans: list[tuple[int, int]], text: str, start: int, end: int) -> None:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start < end:
        spans.append((start, end))


def _whole_words(text: str, left: int, right: int) -> tuple[int, int]:
    """Move a window's ends outwards to white space, by at most a long word."""
    for _ in range(40):
        if left > 0 and not text[left - 1].isspace():
            left -= 1
        if right < len(text) and not text[right].isspace():
            right += 1
    return left, right


def _with_neighbours(
    window: str,
    sentences: Sequence[tuple[int, int]],
    core: tuple[int, int],
    near: Sequence[tuple[int, int]],
) -> tuple[int, int]:
    """Take in what follows, then what precedes, as long as it is short and about no one else."""
    first, last = core
    low, high = sentences[first][0], sentences[last][1]
    words = _count_words(window[low:high])
    can_grow = {1: True, -1: True}
    while any(can_grow.values()):
        for step in (1, -1):
            index = last + 1 if step > 0 else first - 1
            if not can_grow[step] or not 0 <= index < len(sentences):
                can_grow[step] = False
                continue
            s, e = sentences[index]
            more = _count_words(window[s:e])
            if words + more > PASSAGE_WORDS or any(a < e and b > s for a, b in near):
                can_grow[step] = False
                continue
            words += more
            if step > 0:
                last, high = index, e
            else:
                first, low = index, s
    return low, high


def _clause(
    window: str,
    sentence: tuple[int, int],
    here: tuple[int, int],
    near: Sequence[tuple[int, int]],
) -> tuple[int, int]:
    """Narrow a sentence with several subjects to the clause of one of them."""
    low, high = sentence
    for border, words in ((_CLAUSE_BORDER, 1), (_LIST_BORDER, 2)):
        for mark in border.finditer(window, low, high):
            if mark.end() <= here[0] and any(low <= s < mark.end() for s, _ in near):
                if _words_beside(window, (mark.end(), high), here) >= words:
                    low = mark.end()
            elif (
                mark.start() >= here[1]
                and any(mark.start() < e <= high for _, e in near)
                and _words_beside(window, (low, mark.start()), here) >= words
            ):
                high = mark.start()
                break
    return low, high


def _own_side(window: str, span: tuple[int, int], here: tuple[int, int]) -> tuple[int, int]:
    """Leave out what is said, in contrast, of another name: *but Bolt is awful*."""
    low, high = span
    for mark in _OTHER_SIDE.finditer(window, low, high):
        if mark.end() <= here[0]:
            low = mark.end()
        elif mark.start() >= here[1]:
            high = mark.start()
            break
    return low, high


def _words_beside(window: str, span: tuple[int, int], here: tuple[int, int]) -> int:
    """Count the words that would be left to say something of the subject."""
    return _count_words(window[span[0] : here[0]]) + _count_words(window[here[1] : span[1]])


def _within_words(window: str, span: tuple[int, int], here: tuple[int, int]) -> tuple[int, int]:
    """Cut a long span to `PASSAGE_WORDS` words around the name."""
    low, high = span
    if _count_words(window[low:high]) <= PASSAGE_WORDS:
        return span
    before = [m.start() for m in _WORD.finditer(window, low, here[0])]
    after = [m.end() for m in _WORD.finditer(window, here[1], high)]
    half = PASSAGE_WORDS // 2
    room_after = max(half, PASSAGE_WORDS - len(before))
    room_before = max(half, PASSAGE_WORDS - len(after))
    low = before[-room_before] if len(before) > room_before else low
    high = after[room_after - 1] if len(after) > room_after else high
    return min(low, here[0]), max(high, here[1])


def _count_words(text: str) -> int:
    return len(_WORD.findall(text))
