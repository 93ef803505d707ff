"""Where a term counts: in running text, in hashtags, accounts and links."""

import re
from typing import Literal

from enrichment.matching.boundaries import (
    PLURAL_LETTERS,
    has_plural_s,
    is_camel_edge,
    is_word,
    may_begin,
    may_end,
    official_end,
)
from enrichment.matching.folding import Folded
from enrichment.matching.zones import Zone

Rule = Literal["term", "hashtag", "handle", "domain", "misspelling", "compound", "query"]
Place = tuple[int, int, Rule]
"""Start, end and rule of a hit that counts, in `Folded.plain`."""

PATH_LETTERS = 3
"""A name in a link's path has at least so many characters: /in/ and /be/ are no names."""
# Words that people put around a name in a hashtag written small throughout: #boycottacme.
_BEFORE_IN_HASHTAG = re.compile(
    r"(?:boycot|boycott|boycotte|boykott|stop|no|nomore|never|hate|ihate|fuck|bye|goodbye|love"
    r"|ilove|thanks|thankyou|dank|bedankt|merci|danke|team|adieu|jadore|jaime|ikhaat|ichliebe)?"
)
_AFTER_IN_HASHTAG = re.compile(
    r"(?:fails?|failed|sucks?|gate|down|outage|recall|scandal|schandaal|scandale|skandal|crisis"
    r"|krise|rocks|love|lovers?|fans?|forever|boycot|boycott|boykott)?"
)
_BLUESKY = ".bsky.social"


def in_running_text(folded: Folded, start: int, end: int, *, is_person: bool) -> Place | None:
    """Judge a name between words: it stands alone, or is an account written without its @."""
    if not may_begin(folded, start):
        return None
    if may_end(folded, start, end):
        return start, end, "term"
    if is_person or folded.plain[end] != "_":
        return None
    behind = official_end(folded, start, end)
    return (start, behind, "handle") if behind else None


def in_zone(folded: Folded, start: int, end: int, zone: Zone, *, is_person: bool) -> Place | None:
    """Judge a name that lies within a hashtag, an account or a link."""
    if zone.kind == "hashtag":
        return _in_hashtag(folded, start, end, zone)
    if zone.kind == "account":
        return _in_account(folded, start, end, zone, is_person=is_person)
    return _in_link(folded, start, end, zone)


def across(folded: Folded, start: int, end: int, zone: Zone) -> Place | None:
    """Judge a name whose first word only is a hashtag or an account: #Coca-Cola, @Acme Bier."""
    if zone.kind == "hashtag":
        counts = start == zone.name_start or is_camel_edge(folded, start)
        return (zone.start, end, "hashtag") if counts else None
    if zone.kind == "account":
        return (zone.start, end, "handle") if start == zone.name_start else None
    return (start, end, "term") if may_begin(folded, start) else None


def _in_hashtag(folded: Folded, start: int, end: int, zone: Zone) -> Place | None:
    """Judge a name inside a hashtag: at an edge that can be seen, or beside a usual word."""
    begins = start == zone.name_start or is_camel_edge(folded, start)
    ends = end == zone.end or is_camel_edge(folded, end)
    counts = (begins and ends) or (
        end - start >= PLURAL_LETTERS
        and _BEFORE_IN_HASHTAG.fullmatch(folded.plain, zone.name_start, start) is not None
        and _AFTER_IN_HASHTAG.fullmatch(folded.plain, end, zone.end) is not None
    )
    if not counts and start == zone.name_start and end + 1 == zone.end:
        counts = has_plural_s(folded, start, end)
    return (zone.start, zone.end, "hashtag") if counts else None


def _in_account(
    folded: Folded, start: int, end: int, zone: Zone, *, is_person: bool
) -> Place | None:
    """Judge a name that an account begins with: nothing or little may follow it."""
    if start != zone.name_start:
        return None
    name_end = zone.name_end
    if folded.plain.endswith(_BLUESKY, end, name_end):
        name_end -= len(_BLUESKY)
    is_whole = end == name_end or (not is_person and official_end(folded, start, end) == name_end)
    return (zone.start, zone.end, "handle") if is_whole else None


def _in_link(folded: Folded, start: int, end: int, zone: Zone) -> Place | None:
    """Judge a name in a link: its host, or a word of its path."""
    if zone.name_start <= start < zone.name_end:
        is_ours = zone.is_host_named(folded.plain, start, end)
        return (zone.name_start, zone.name_end, "domain") if is_ours else None
    is_in_path = zone.name_end <= start < zone.path_end and end - start >= PATH_LETTERS
    edges = folded.plain[start - 1], folded.plain[end]
    is_whole = not any(is_word(character) or character == "_" for character in edges)
    return (start, end, "term") if is_in_path and is_whole else None
