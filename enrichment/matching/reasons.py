"""Why a name that stands in a text does not count, in words for people."""

from enrichment.matching.boundaries import is_word, may_begin, may_end
from enrichment.matching.folding import Folded
from enrichment.matching.near_forms import NearHit
from enrichment.matching.patterns import (
    DomainPattern,
    HandlePattern,
    HashtagPattern,
    Pattern,
    TermPattern,
)
from enrichment.matching.zones import Zone, Zones

_SLIPS = {
    "swapped": "two letters swapped",
    "doubled": "a letter doubled, or a double one single",
    "sound": "letters that sound alike",
    "key": "a key's neighbour",
    "missing": "a letter missing",
    "extra": "a letter too many",
    "replaced": "another letter",
    "lookalike": "letters or digits that look alike",
    "joined": "joined with another word",
}

_KINDS: dict[type, str] = {
    HashtagPattern: "a hashtag",
    HandlePattern: "an account",
    DomainPattern: "a domain",
}


def slip_in_words(hit: NearHit) -> str:
    """Say how a word was read as a name."""
    return f"{_SLIPS[hit.reading.how]}: {hit.reading.name}"


def why_refused(folded: Folded, start: int, end: int, pattern: Pattern, zones: Zones) -> str:
    """
    Say why the hit [start, end) of *pattern* is no match.

    Args:
        folded: The text.
        start: First character in `Folded.plain`.
        end: Behind the last character.
        pattern: What did not take it.
        zones: Of the text.
    """
    if not isinstance(pattern, TermPattern):
        return f"configured as {_KINDS[type(pattern)]} only, and written otherwise"
    zone = zones.at(start)
    if zone is not None:
        return _in_zone(folded, start, zone)
    return _between_words(folded, start, end, pattern)


def _between_words(folded: Folded, start: int, end: int, pattern: TermPattern) -> str:
    if not (may_begin(folded, start) and may_end(folded, start, end)):
        return f"inside the word {word_around(folded, start, end)!r}"
    if pattern.is_tag:
        return "too short in running text: counts as a hashtag or an account only"
    if pattern.is_split:
        return "two ordinary words unless each begins with a capital"
    return "the sign of the name is another"


def word_around(folded: Folded, start: int, end: int) -> str:
    """Give the folded word that [start, end) is a part of."""
    plain = folded.plain
    while start and (is_word(plain[start - 1]) or plain[start - 1] in "_'"):
        start -= 1
    while is_word(plain[end]) or plain[end] in "_'":
        end += 1
    return plain[start:end].strip("_'")


def _in_zone(folded: Folded, start: int, zone: Zone) -> str:
    written = folded.plain[zone.start : zone.end]
    if zone.kind == "hashtag":
        return f"inside {written}, where no capital shows that a word begins or ends"
    if zone.kind == "account":
        return f"{written} is another account"
    if zone.kind == "mail":
        return "in a mail address at somebody else's domain"
    if start >= zone.path_end:
        return "inside a link's query"
    return "inside a link to somebody else's pages"
