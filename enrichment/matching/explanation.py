"""Explain what was found in a text and what was not, although it looks like a name."""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple, cast, get_args

from enrichment.matching.boundaries import is_word
from enrichment.matching.folding import Folded
from enrichment.matching.near_forms import NearHit, NearRule
from enrichment.matching.patterns import HandlePattern, Pattern, TermPattern
from enrichment.matching.places import Rule
from enrichment.matching.query_text import About
from enrichment.matching.reasons import slip_in_words, why_refused
from enrichment.matching.subjects import Field, Match, SubjectMatcher
from enrichment.matching.zones import Zones
from enrichment.relevance.model import RelevanceModel

_INSIDE_LETTERS = 4
"""Shorter names stand inside other words too often to tell of each."""
_MOST = 50


class Decision(NamedTuple):
    """
    One place that is a match, or was refused.

    Attributes:
        subject: The subject's id.
        field: Where it stands.
        form: How it is written there.
        start: First character, counted in code points.
        end: Behind the last character.
        rule: What it counts as; `near miss` where it does not.
        reason: Why not; for a misspelt or joined name that counts, how it was read.
        counts: Whether it is a match.
    """

    subject: str
    field: Field
    form: str
    start: int
    end: int
    rule: str
    reason: str
    counts: bool


class _Refused(NamedTuple):
    start: int
    end: int
    subject: int
    reason: str


def explain(
    matcher: SubjectMatcher,
    *,
    title: str | None,
    text: str,
    platform: str | None = None,
    about: About | None = None,
) -> list[Decision]:
    """
    Say what is found in a text, and what looks like a name and is not, with the reason.

    Args:
        matcher: The watchlist's.
        title: The title, if there is one.
        text: The text.
        platform: Where it was posted.
        about: What else is known of the mention, which queries may ask for.

    Returns:
        Matches and near misses of title and text, by start; at most 50 near misses a field.
    """
    matches = matcher.find_in(title=title, text=text, platform=platform, about=about)
    fields: list[tuple[Field, Folded]] = [("title", Folded(title))] if title else []
    fields.append(("text", Folded(text)))
    guards = matcher.refusals_in([folded for _, folded in fields], platform, about)
    decisions: list[Decision] = []
    for (field, folded), guarded in zip(fields, guards, strict=True):
        found = [match for match in matches if match.field == field]
        decisions += _found(matcher, folded, found)
        refused = [
            *(_Refused(*place) for place in guarded),
            *_refused_near(matcher, folded),
            *_refused(matcher, folded, platform),
        ]
        decisions += _near_misses(matcher, folded, found, refused, field)
    order = [field for field, _ in fields]
    return sorted(decisions, key=lambda decision: (order.index(decision.field), decision.start))


def with_relevance(
    decisions: Sequence[Decision],
    model: RelevanceModel,
    *,
    title: str,
    text: str,
    thresholds: Mapping[str, float],
) -> list[Decision]:
    """
    Add how probable it is that the mention is about each subject, as far as that was taught.

    Args:
        decisions: As `explain` gives them.
        model: Judges.
        title: The title, or nothing.
        text: The text.
        thresholds: By subject, the least probability that counts.
    """
    matches = [
        Match(*decision[:5], rule=cast("Rule", decision.rule))
        for decision in decisions
        if decision.counts
    ]
    judged = model.judge(title, text, matches)
    return [
        _weighed(decision, judged[decision.subject], thresholds.get(decision.subject, 0.0))
        if decision.counts and decision.subject in judged
        else decision
        for decision in decisions
    ]


def _weighed(decision: Decision, relevance: float, threshold: float) -> Decision:
    told = f"; {decision.reason}" if decision.reason else ""
    if relevance >= threshold:
        return decision._replace(reason=f"relevance {relevance:.3f}{told}")
    reason = (
        f"probably something else of that name: relevance {relevance:.3f}, "
        f"it counts from {threshold:g}{told}"
    )
    return decision._replace(rule="near miss", reason=reason, counts=False)


def _found(matcher: SubjectMatcher, folded: Folded, found: Sequence[Match]) -> Iterator[Decision]:
    """Give the matches; those that are written otherwise with how they were read."""
    slips = {}
    for hit in matcher.near.find(folded):
        span = folded.span(hit.start, hit.end)
        if span is not None:
            slips[span[0]] = slip_in_words(hit)
    for match in found:
        is_near = match.rule in get_args(NearRule)
        at = match.start + match.form.startswith("#")
        yield Decision(*match, reason=slips.get(at, "") if is_near else "", counts=True)


def _near_misses(
    matcher: SubjectMatcher,
    folded: Folded,
    found: Sequence[Match],
    refused: Sequence[_Refused],
    field: Field,
) -> Iterator[Decision]:
    """Give what was refused, once each, and not what lies inside a match of its subject."""
    seen: set[tuple[str, int]] = set()
    for place in sorted(refused, key=itemgetter(0)):
        span = folded.span(place.start, place.end)
        subject = matcher.ids[place.subject]
        if span is None or (subject, span[0]) in seen or len(seen) == _MOST:
            continue
        if any(m.subject == subject and m.start <= span[0] < m.end for m in found):
            continue
        seen.add((subject, span[0]))
        form = folded.text[slice(*span)]
        yield Decision(subject, field, form, *span, "near miss", place.reason, counts=False)


def _refused(matcher: SubjectMatcher, folded: Folded, platform: str | None) -> Iterator[_Refused]:
    """List written forms that stand where they do not count."""
    zones = Zones(folded)
    for number, start, end in matcher.finder.find_everywhere(folded):
        patterns = matcher.patterns[number]
        if _is_inside_a_word(folded, start, end) and end - start < _INSIDE_LETTERS:
            continue
        for pattern in patterns:
            if isinstance(pattern, HandlePattern) and not pattern.counts_on(platform):
                reason = f"an account on {pattern.platform}: elsewhere it is another's"
            elif pattern.place(folded, start, end, zones) is None:
                reason = why_refused(folded, start, end, pattern, zones)
            else:
                continue
            if _says_more(pattern, patterns):
                yield _Refused(start, end, pattern.subject, reason)


def _says_more(pattern: Pattern, patterns: Sequence[Pattern]) -> bool:
    """Tell whether no term of the same subject says better why a place does not count."""
    return isinstance(pattern, TermPattern) or not any(
        isinstance(other, TermPattern) and other.subject == pattern.subject for other in patterns
    )


def _is_inside_a_word(folded: Folded, start: int, end: int) -> bool:
    return is_word(folded.plain[start - 1]) or is_word(folded.plain[end])


def _refused_near(matcher: SubjectMatcher, folded: Folded) -> Iterator[_Refused]:
    zones = Zones(folded)
    for hit in matcher.near.explain(folded):
        for pattern in matcher.patterns[hit.number]:
            if not isinstance(pattern, TermPattern):
                continue
            reason = _why_not_near(folded, hit, pattern, zones)
            if reason:
                yield _Refused(hit.start, hit.end, pattern.subject, reason)


def _why_not_near(folded: Folded, hit: NearHit, pattern: TermPattern, zones: Zones) -> str:
    zone = zones.at(hit.start)
    if hit.rule == "compound" and zone is not None and zone.kind != "hashtag":
        return ""  # that it is another account or link says more
    if hit.reading.refused:
        return f"{slip_in_words(hit)}, but {hit.reading.refused}"
    if pattern.leeway(hit.rule) == "no":
        return f"{slip_in_words(hit)}, but that is off for this term"
    if pattern.near_place(folded, hit, zones) is None:
        return f"{slip_in_words(hit)}, but only running text and whole hashtags are read so"
    return ""
