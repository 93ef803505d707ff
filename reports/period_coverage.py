"""What the ledger says about the periods of a report: by source, by hour, and altogether."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reports.coverage import KnownGap, Span, clip, mean_share, shares_by_step, source_gaps, unite
from reports.period import Period
from reports.status_model import Source

Row = Mapping[str, Any]

_IMPORT = "import"
_SHORT = timedelta(hours=1)
_DAY_H = 24


@dataclass(frozen=True, kw_only=True)
class Ledger:
    """The covered spans of every stream, and what each source usually brings."""

    spans: Mapping[str, Mapping[str, Sequence[Span]]]
    """By source and stream; an import is already spread over the streams of its source."""
    weights: Mapping[str, float]
    """By source; a source without weight doesn't count."""

    def covered(self, window: Span) -> float | None:
        """
        Tell which part of *window* was covered, each source weighing what it brings.

        Returns:
            0 to 1; None if there is no source, or the window is empty.
        """
        if window[0] >= window[1]:
            return None
        shares = {
            name: mean_share(self.spans.get(name, {}), window) or 0.0 for name in self.weights
        }
        total = sum(self.weights.values())
        return sum(self.weights[n] * s for n, s in shares.items()) / total if total else None

    def by_step(self, starts: Sequence[datetime], until: datetime) -> list[float | None]:
        """Do the same for steps of time; see `coverage.shares_by_step`."""
        total = sum(self.weights.values())
        sums = [0.0] * len(starts)
        for name, weight in self.weights.items():
            shares = shares_by_step(self.spans.get(name, {}), starts, until)
            for index, part in enumerate(shares):
                sums[index] += weight * (part or 0.0)
        ends = [*starts[1:], datetime.max.replace(tzinfo=UTC)]
        return [
            value / total if total and start < min(until, end) else None
            for value, start, end in zip(sums, starts, ends, strict=True)
        ]


def read_ledger(
    sources: Sequence[Row],
    streams: Sequence[Row],
    spans: Sequence[Row],
    brought: Sequence[Row],
    *,
    period: Period,
) -> Ledger:
    """
    Gather the ledger.

    Args:
        sources: Rows of the query `source_status`.
        streams: Rows of `source_streams`.
        spans: Rows of `covered_spans`.
        brought: Rows of `source_periods`.
        period: The report's; what sources bring is weighed by those before it.

    Returns:
        Weights: mentions that the source brought before the period, plus
        one if it is on; a source that is off counts if it brought something.
    """
    by_stream: dict[str, dict[str, list[Span]]] = {row["name"]: {} for row in sources}
    for row in streams:
        by_stream.setdefault(row["source"], {})[row["stream"]] = []
    imported: dict[str, list[Span]] = {}
    for row in spans:
        span = (row["since"], row["until"])
        if row["stream"] == _IMPORT:
            imported.setdefault(row["source"], []).append(span)
        elif row["stream"] in by_stream.get(row["source"], {}):
            by_stream[row["source"]][row["stream"]].append(span)
    for source, more in imported.items():
        if source in by_stream:
            own = by_stream[source] or {_IMPORT: []}
            by_stream[source] = {stream: [*known, *more] for stream, known in own.items()}
    weights = {row["name"]: float(bool(row["is_active"])) for row in sources}
    for row in brought:
        if row["period_start"] < period.first and row["source"] in weights:
            weights[row["source"]] += row["mentions"]
    return Ledger(
        spans={
            source: {stream: unite(known) for stream, known in of_source.items()}
            for source, of_source in by_stream.items()
        },
        weights={name: weight for name, weight in weights.items() if weight},
    )


def wall_hours(period: Period, zone: ZoneInfo) -> list[tuple[datetime, datetime]]:
    """
    List the hours that the clock on the wall shows in *period*: 24 a day.

    Returns:
        Pairs of the naive local hour and its instant in UTC. The hour that
        spring skips begins and ends at one instant; the one that autumn
        repeats lasts two hours.
    """
    midnight = datetime.combine(period.first, time.min)
    local = [midnight + timedelta(hours=n) for n in range(_DAY_H * period.days)]
    return [(hour, hour.replace(tzinfo=zone).astimezone(UTC)) for hour in local]


def describe_sources(
    rows: Sequence[Row],
    ledger: Ledger,
    gaps: Sequence[Row],
    brought: Sequence[Row],
    *,
    period: Period,
    window: Span,
    zone: ZoneInfo,
) -> tuple[Source, ...]:
    """
    Describe each source in the period.

    Args:
        rows: Rows of the query `source_status`.
        ledger: The covered spans.
        gaps: Rows of `gap_spans`.
        brought: Rows of `source_periods`.
        period: The report's.
        window: Its bounds, cut off where the data end.
        zone: The firm's time zone.
    """
    mentions = {
        row["source"]: row["mentions"] for row in brought if row["period_start"] == period.first
    }
    known: dict[str, list[KnownGap]] = {}
    for row in gaps:
        known.setdefault(row["source"], []).append(
            KnownGap(
                stream=row["stream"],
                since=row["since"],
                until=row["until"],
                reason=row["reason"],
                message=row["message"],
            )
        )
    starts = [instant for _, instant in wall_hours(period, zone)]
    return tuple(
        _describe(
            row, ledger, known.get(row["name"], ()), mentions.get(row["name"], 0), starts, window
        )
        for row in rows
    )


def _describe(
    row: Row,
    ledger: Ledger,
    known: Sequence[KnownGap],
    mentions: int,
    starts: Sequence[datetime],
    window: Span,
) -> Source:
    streams = ledger.spans.get(row["name"], {})
    gaps = source_gaps({s: clip(spans, window) for s, spans in streams.items()}, window, known)
    long = [gap for gap in gaps if gap.until - gap.since >= _SHORT]
    return Source(
        name=row["name"],
        platform=row["platform"],
        is_active=bool(row["is_active"]),
        why_off=row["why_off"],
        streams=len(streams),
        covered=mean_share(streams, window),
        by_hour=tuple(shares_by_step(streams, starts, window[1])),
        gaps=tuple(sorted(long, key=lambda gap: (gap.since - gap.until, gap.since))),
        short_gaps=len(gaps) - len(long),
        last_answered_at=row["last_answered_at"],
        last_outcome=row["last_outcome"],
        message=row["message"],
        failing_since=row["failing_since"],
        freshest_item_at=row["freshest_item_at"],
        mentions=mentions,
        requests=row["requests"],
        unreadable=row["unreadable"],
    )
