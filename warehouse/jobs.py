"""Jobs: the windows of a stream, made into what workers fetch."""

from collections.abc import Iterable
from datetime import datetime

from collectors.contract import Job, Stream
from collectors.sources import Source
from warehouse.ledger import StreamHistory
from warehouse.windows import Window

MOST_HOLES = 8
"""Jobs for one stream at a time, the newest holes first."""


def jobs_for(
    source: Source,
    stream: Stream,
    windows: Iterable[Window],
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
            since=window.since,
            until=window.until,
            validators=history.validators,
            planned_at=now,
            page_charged=stream.page_charged or stream.page_items,
            remainder=window.remainder,
            continues=window.continues,
            is_last_try=window.is_last_try,
        )
        for window in windows
    ]
