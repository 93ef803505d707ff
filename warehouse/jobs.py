"""Jobs: the windows of a stream, made into what workers fetch."""

from collections.abc import Sequence
from datetime import datetime

from collectors.contract import Job, Stream
from collectors.sources import Source
from warehouse.ledger import StreamHistory

MOST_HOLES = 8
"""Jobs for one stream at a time, the newest holes first."""

Window = tuple[datetime | None, datetime]
"""[since, until); without a start, as far back as the platform gives."""


def jobs_for(
    source: Source,
    stream: Stream,
    windows: Sequence[Window],
    *,
    history: StreamHistory,
    now: datetime,
) -> list[Job]:
    """
    Make one job of each window, in their order. Pure.

    Args:
        source: Whose stream it is.
        stream: What is asked.
        windows: What to ask it for.
        history: What is known of the stream, and what its last answer left for the next request.
        now: The present.
    """
    return [
        Job(
            source=source.name,
            platform=source.platform,
            stream=stream.key,
            reach=stream.reach,
            params=stream.params,
            since=since,
            until=until,
            validators=history.validators,
            planned_at=now,
            page_charged=stream.page_charged or stream.page_items,
        )
        for since, until in windows
    ]
