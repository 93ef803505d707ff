"""When a source counts as failing: the rule beside that of volume."""

from datetime import datetime, timedelta

from reports.signals import HOUR, Row, Signal


def source_signal(row: Row, as_of: datetime) -> Signal:
    """
    Judge one source: it fails when none of its streams got an answer for long.

    Args:
        row: A row of the query `alert_sources`.
        as_of: Up to when the data are known.

    Returns:
        Raised from three times its usual pause on without an answer, two hours at
        least, counted from the first attempt that failed; calm once it answers.
    """
    failing_since: datetime | None = row["failing_since"]
    patience = max(3 * timedelta(seconds=row["every_s"]), 2 * HOUR)
    return Signal(
        subject_id=row["name"],
        cause="source_failing",
        as_of=as_of,
        is_raised=failing_since is not None and as_of - failing_since >= patience,
        is_calm=failing_since is None,
        is_above=False,
        severity=3,
        since=failing_since,
        evidence={
            "rule": "source_failing",
            "version": 1,
            "as_of": as_of.isoformat(),
            "patience_s": patience.total_seconds(),
            "last_outcome": row["last_outcome"],
            "streams": row["streams"],
            "failing_streams": row["failing_streams"],
        },
    )
