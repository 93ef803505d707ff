"""What stories possibly are or tell, beside what is usual."""

from collections.abc import Mapping, Sequence
from typing import Any

from enrichment.flags.rules import FLAGS
from reports.baseline import usual_count
from reports.frame import Frame
from reports.status_model import Flagged


def facet_flags(rows: Sequence[Mapping[str, Any]], facet: str, frame: Frame) -> tuple[Flagged, ...]:
    """
    Set each flag's stories of the period beside the past.

    Args:
        rows: Rows of the query `flag_periods`.
        facet: Brand or company.
        frame: The periods and what of them was covered.

    Returns:
        The flags that stories of the period carry. Periods before the first flag of all are
        not compared with: nothing was flagged yet.
    """
    begun = min((row["period_start"] for row in rows), default=None)
    found = []
    for flag in FLAGS:
        counts = {
            row["period_start"]: row["stories"]
            for row in rows
            if row["facet"] == facet and row["flag"] == flag
        }
        if begun is None or not counts.get(frame.period.first):
            continue
        series = [
            value if period.first >= begun else None
            for period, value in zip(frame.periods, frame.series(counts), strict=True)
        ]
        usual = usual_count(frame.count_baseline(series), fewest=frame.fewest)
        found.append(Flagged(flag=flag, stories=frame.figure(series, usual)))
    return tuple(found)
