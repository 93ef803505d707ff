"""How much of a time was covered: intervals in, shares, strips and gaps out."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

Span = tuple[datetime, datetime]
"""A stretch of time: start, exclusive end; both aware."""

NOT_RUN = "not_run"


@dataclass(frozen=True, kw_only=True, slots=True)
class KnownGap:
    """What the ledger knows of why a stretch of a stream is missing."""

    stream: str
    since: datetime
    until: datetime
    reason: str
    message: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceGap:
    """A stretch in which at least one stream of a source was not covered."""

    since: datetime
    until: datetime
    streams: int
    """How many streams lack some of it."""
    reason: str
    """The reason of the longest part."""
    message: str | None = None


def unite(spans: Iterable[Span]) -> list[Span]:
    """Join spans that overlap or touch; sorted, without empty ones."""
    united: list[Span] = []
    for since, until in sorted(span for span in spans if span[0] < span[1]):
        if united and since <= united[-1][1]:
            united[-1] = (united[-1][0], max(united[-1][1], until))
        else:
            united.append((since, until))
    return united


def clip(spans: Iterable[Span], window: Span) -> list[Span]:
    """Keep what lies within *window*, united."""
    return unite((max(since, window[0]), min(until, window[1])) for since, until in spans)


def holes(spans: Iterable[Span], window: Span) -> list[Span]:
    """List the parts of *window* that no span covers."""
    missing = []
    at = window[0]
    for since, until in clip(spans, window):
        missing.append((at, since))
        at = until
    missing.append((at, window[1]))
    return [span for span in missing if span[0] < span[1]]


def share(spans: Iterable[Span], window: Span) -> float | None:
    """Tell which part of *window* is covered, 0 to 1; None for an empty window."""
    length = (window[1] - window[0]).total_seconds()
    if length <= 0:
        return None
    return min(1.0, sum((b - a).total_seconds() for a, b in clip(spans, window)) / length)


def mean_share(streams: Mapping[str, Sequence[Span]], window: Span) -> float | None:
    """Average the covered share over the streams of a source; None without any stream."""
    shares = [s for spans in streams.values() if (s := share(spans, window)) is not None]
    return sum(shares) / len(shares) if shares else None


def shares_by_step(
    streams: Mapping[str, Sequence[Span]], starts: Sequence[datetime], until: datetime
) -> list[float | None]:
    """
    Average the covered share over the streams, step by step.

    Args:
        streams: Covered spans by stream.
        starts: Where each step begins, ascending; it ends where the next begins.
        until: End of the last step, or earlier: what lies after it is unknown.

    Returns:
        One share for each step, 0 to 1; None for steps from *until* on, and
        everywhere if there are no streams.
    """
    ends = [*starts[1:], max(until, starts[-1])] if starts else []
    steps = [(since, min(end, until)) for since, end in zip(starts, ends, strict=True)]
    sums = [0.0] * len(steps)
    for spans in streams.values():
        waiting = unite(spans)
        first = 0
        for index, (since, end) in enumerate(steps):
            while first < len(waiting) and waiting[first][1] <= since:
                first += 1
            at = first
            while at < len(waiting) and waiting[at][0] < end:
                overlap = min(end, waiting[at][1]) - max(since, waiting[at][0])
                sums[index] += max(0.0, overlap.total_seconds())
                at += 1
    return [
        min(1.0, total / len(streams) / (end - since).total_seconds())
        if streams and since < end
        else None
        for total, (since, end) in zip(sums, steps, strict=True)
    ]


def source_gaps(
    streams: Mapping[str, Sequence[Span]], window: Span, known: Iterable[KnownGap]
) -> list[SourceGap]:
    """
    Tell in which stretches of *window* a source was not whole, and why.

    Args:
        streams: Covered spans by stream of one source.
        window: The time that was to be covered.
        known: Gaps that the ledger can explain.

    Returns:
        Stretches that don't touch, by time.
    """
    known_of: dict[str, list[KnownGap]] = {}
    for gap in known:
        known_of.setdefault(gap.stream, []).append(gap)
    missing = {stream: holes(spans, window) for stream, spans in streams.items()}
    gaps = []
    for since, until in unite(hole for spans in missing.values() for hole in spans):
        lengths: Counter[tuple[str, str | None]] = Counter()
        touched = 0
        for stream, spans in sorted(missing.items()):
            own = clip(spans, (since, until))
            touched += bool(own)
            for hole in own:
                lengths.update(_explain(hole, known_of.get(stream, ())))
        (reason, message), _ = min(lengths.items(), key=lambda item: (-item[1], str(item[0])))
        gaps.append(
            SourceGap(since=since, until=until, streams=touched, reason=reason, message=message)
        )
    return gaps


def _explain(hole: Span, known: Iterable[KnownGap]) -> Counter[tuple[str, str | None]]:
    lengths: Counter[tuple[str, str | None]] = Counter()
    left = round((hole[1] - hole[0]) / timedelta(microseconds=1))
    for gap in known:
        overlap = min(hole[1], gap.until) - max(hole[0], gap.since)
        length = max(0, round(overlap / timedelta(microseconds=1)))
        if length:
            lengths[gap.reason, gap.message] += length
            left -= length
    if left > 0:
        lengths[NOT_RUN, None] += left
    return lengths
