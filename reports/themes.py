"""What the period was about: words that stand out, joined into themes, and what to call them."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt
from typing import Any

from reports.bursts import Burst, find_burst
from reports.drivers import FEWEST_MENTIONS, Candidate
from reports.foreign_text import first_words

Row = Mapping[str, Any]

_MOST_TERMS = 5
_TOGETHER = 0.5
_WITHIN = 2 / 3
_SHARED = 0.1
_MUCH_SMALLER = 0.2
_LEANING = 0.3
_LONGEST_NAME = 90
_ALIKE = 0.5
_MOST_VARIED = 5
_REPLY = re.compile(r"(?:re|aw|antw|sv|vs|fwd?|tr|wg|rt)\b\s*(?:\[\d+\])?\s*[:@]", re.IGNORECASE)
_WORD = re.compile(r"\w[\w-]*")


@dataclass
class _Group:
    """Words that belong together, and the stories that they make one."""

    words: set[str]
    stories: set[str]


def theme_candidates(
    terms: Sequence[Row],
    stories: Sequence[Row],
    *,
    period: tuple[datetime, datetime],
    left_out: frozenset[str] = frozenset(),
    phrases: Sequence[Row] = (),
) -> list[Candidate]:
    """
    Join words that stand out into themes: by the stories they share, then by their hours.

    A word joins the first theme that holds at least half of its stories, and adds those that
    hold another of the theme's words. Then a theme joins a
    stronger one that broke out at the same time: both crowd into a burst (`find_burst`), the
    later begins in the first half of the other's, and at least two thirds of its stories lie
    within it; and the tones must not be opposite. If the other is more than a fifth of its size
    and the stronger theme holds more stories in that language than it brings, a tenth of the
    stories must be shared as well. So one event told in several languages is one theme. A theme with a burst counts from the burst's first story on.

    Args:
        terms: Rows of the query `own_terms`, the strongest first.
        stories: Rows of the query `own_term_stories`.
        period: Start and end of what was heard.
        left_out: Stories that are no opinions, such as floods.
        phrases: Rows of the query `own_phrases`, the strongest first: where at least half of a
            word's stories tell one that holds it, the theme names the phrase instead.

    Returns:
        Themes told in at least five stories and in twice as many as usual.
    """
    told = {row["story_id"]: row for row in stories if row["story_id"] not in left_out}
    strength = {f"{row['language']} {row['term']}": row["strength"] for row in terms}
    usual = {f"{row['language']} {row['term']}": row["usual"] for row in terms}
    groups = _join_by_hours(_join_by_stories(strength, told), told, period)
    sayings = say_in_phrases(terms, phrases)
    themes = [_theme(group, told, strength, usual, period, sayings) for group in groups]
    return [
        theme for theme in themes if len(theme.story_ids) >= max(FEWEST_MENTIONS, 2 * theme.usual)
    ]


def say_in_phrases(terms: Sequence[Row], phrases: Sequence[Row]) -> dict[str, tuple[str, bool]]:
    """
    Choose what to call each word that stands out: a phrase that says more, or the word itself.

    Args:
        terms: Rows of the query `own_terms`.
        phrases: Rows of the query `own_phrases`, the strongest first.

    Returns:
        By language, a blank and the word: the phrase or word, and whether it is new.
    """
    holding: dict[str, list[Row]] = {}
    for row in phrases:
        for word in _WORD.findall(row["phrase"].lower()):
            holding.setdefault(f"{row['language']} {word}", []).append(row)
    said = {}
    for row in terms:
        key = f"{row['language']} {row['term']}"
        phrase = next((p for p in holding.get(key, ()) if 2 * p["now"] >= row["now"]), None)
        said[key] = (
            (phrase["phrase"], phrase["is_new"]) if phrase else (row["term"], not row["usual"])
        )
    return said


def _join_by_stories(strength: Mapping[str, float], told: Mapping[str, Row]) -> list[_Group]:
    holders: dict[str, set[str]] = {word: set() for word in strength}
    for story, row in told.items():
        for word in row["words"]:
            if word in holders:
                holders[word].add(story)
    groups: list[_Group] = []
    for word, stories in holders.items():
        if not stories:
            continue
        for group in groups:
            if len(group.stories & stories) >= _TOGETHER * len(stories):
                group.stories |= {
                    story for story in stories if not group.words.isdisjoint(told[story]["words"])
                }
                group.words.add(word)
                break
        else:
            groups.append(_Group({word}, stories))
    return groups


def _join_by_hours(
    groups: list[_Group], told: Mapping[str, Row], period: tuple[datetime, datetime]
) -> list[_Group]:
    joined: list[_Group] = []
    for group in groups:
        for stronger in joined:
            if _is_same_event(stronger.stories, group.stories, told, period):
                stronger.words |= group.words
                stronger.stories |= group.stories
                break
        else:
            joined.append(group)
    # What grew may now hold more of what stood aside.
    return joined if len(joined) == len(groups) else _join_by_hours(joined, told, period)


def _is_same_event(
    large: set[str], small: set[str], told: Mapping[str, Row], period: tuple[datetime, datetime]
) -> bool:
    first, second = _burst(large, told, period), _burst(small, told, period)
    if first is None or second is None:
        return False
    if not (first.since <= second.since <= first.middle or second.since <= first.since):
        return False
    within = sum(first.holds(told[story]["first_at"]) for story in small)
    if within < _WITHIN * len(small) or _leaning(large, told) * _leaning(small, told) < 0:
        return False
    if len(small) <= _MUCH_SMALLER * len(large):
        return True
    language = Counter(sorted(told[story]["language"] for story in small)).most_common(1)[0][0]
    spoken, brought = (
        sum(told[story]["language"] == language for story in stories) for stories in (large, small)
    )
    return spoken <= brought or len(large & small) >= _SHARED * len(small)


def _burst(
    stories: set[str], told: Mapping[str, Row], period: tuple[datetime, datetime]
) -> Burst | None:
    return find_burst([told[story]["first_at"] for story in stories], *period)


def _leaning(stories: set[str], told: Mapping[str, Row]) -> int:
    """Tell which way the stories clearly lean: -1, 1, or 0."""
    tones = Counter(told[story]["tone"] for story in stories)
    lean = (tones["positive"] - tones["negative"]) / len(stories)
    return (lean >= _LEANING) - (lean <= -_LEANING)


def _theme(
    group: _Group,
    told: Mapping[str, Row],
    strength: Mapping[str, float],
    usual: Mapping[str, float],
    period: tuple[datetime, datetime],
    sayings: Mapping[str, tuple[str, bool]],
) -> Candidate:
    burst = _burst(group.stories, told, period)
    rows = [told[story] for story in group.stories]
    if burst:
        rows = [row for row in rows if row["first_at"] >= burst.since]
    rows.sort(key=lambda row: (row["first_at"], row["story_id"]))
    worth = {row["story_id"]: _centrality(row, strength) for row in rows}
    name = _name(rows, worth)
    rows.sort(key=lambda row: (row is not name, -row["mentions"], -worth[row["story_id"]]))
    rows = _varied(rows)
    tones = Counter(row["tone"] for row in rows)
    words = sorted(group.words, key=lambda word: (-strength[word], word))
    said = dict.fromkeys(sayings[word] for word in words)
    shown = list(said)[:_MOST_TERMS]
    return Candidate(
        kind="theme",
        terms=tuple(dict.fromkeys(term for term, _ in shown)),
        new_terms=frozenset(term for term, is_new in shown if is_new),
        story_ids=tuple(row["story_id"] for row in rows),
        mentions=sum(row["mentions"] for row in rows),
        authors=None,
        usual=max(usual[word] for word in group.words),
        first_at=min(row["first_at"] for row in rows),
        last_at=max(row["last_at"] for row in rows),
        name=_shown(name),
        is_sudden=burst is not None,
        negative=tones["negative"],
        positive=tones["positive"],
    )


def _varied(rows: Sequence[Row]) -> list[Row]:
    """Let those stand first whose words are unlike each other: five copies prove little."""
    chosen: list[tuple[Row, set[str]]] = []
    for row in rows:
        words = set(_WORD.findall(_shown(row).lower()))
        if all(len(words & said) <= _ALIKE * len(words | said) for _, said in chosen):
            chosen.append((row, words))
        if len(chosen) == _MOST_VARIED:
            break
    first = [row for row, _ in chosen]
    taken = {row["story_id"] for row in first}
    return first + [row for row in rows if row["story_id"] not in taken]


def _shown(row: Row) -> str:
    return first_words(row["title"], row["text"], longest=_LONGEST_NAME)


def _centrality(row: Row, strength: Mapping[str, float]) -> float:
    """Sum what stands out in the words shown, over the square root of how many they are."""
    shown = [word.lower() for word in _WORD.findall(_shown(row))]
    found = {f"{row['language']} {word}" for word in shown} & strength.keys()
    return sum(sorted(strength[word] for word in found)) / sqrt(len(shown) or 1)


def _name(rows: Sequence[Row], worth: Mapping[str, float]) -> Row:
    """Choose the story whose words say best what all are about, an article's headline if any."""
    headlines = [
        row
        for row in rows
        if row["kind"] == "article" and row["title"] and not _REPLY.match(row["title"])
    ]
    posts = [row for row in rows if not _REPLY.match(_shown(row))]
    told = [row for row in headlines if worth[row["story_id"]]] or posts or rows
    return max(told, key=lambda row: worth[row["story_id"]])
