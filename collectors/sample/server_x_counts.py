"""X's counts: how many posts a search would give, an hour, a day or a minute at a time."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from collectors.sample.exchange import Question
from collectors.sample.server_x_rules import RefusedError, Window, read_window

_GRAINS = {
    "minute": timedelta(minutes=1),
    "hour": timedelta(hours=1),
    "day": timedelta(days=1),
}
_PAGE = timedelta(days=31)
"""An answer counts no more than that, the newest first (docs.x.com, post counts)."""
_USUAL = {"recent": timedelta(days=7), "all": timedelta(days=30)}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def count_posts(
    question: Question, endpoint: str, posts: Iterable[tuple[datetime, int]]
) -> dict[str, Any]:
    """
    Answer as `/2/tweets/counts` does: the stretches oldest first, the first and last cut to the window.

    Args:
        question: What is asked.
        endpoint: `recent` or `all`.
        posts: When each post that the query finds was written, and its id.

    Raises:
        RefusedError: X does not count what is asked for.
    """
    text = question.query.get("granularity", "hour")
    if text not in _GRAINS:
        msg = f"The `granularity` query parameter value [{text}] is not one of [{','.join(sorted(_GRAINS))}]"
        raise RefusedError(msg, parameter="granularity", value=text)
    window = read_window(question, endpoint)
    until = _read_place(question, window)
    begin = window.start or window.end - _USUAL[endpoint]
    since = max(begin, until - _PAGE)
    times = sorted(at for at, post_id in posts if window.holds(at, post_id))
    counted = [
        {
            "end": _iso(end),
            "start": _iso(start),
            "tweet_count": bisect_left(times, end) - bisect_left(times, start),
        }
        for start, end in _stretches(since, until, _GRAINS[text])
    ]
    meta: dict[str, Any] = {"total_tweet_count": sum(one["tweet_count"] for one in counted)}
    if since > begin:
        meta["next_token"] = f"c{int(since.timestamp()):x}"
    return {"data": counted, "meta": meta}


def _read_place(question: Question, window: Window) -> datetime:
    token = question.query.get("next_token") or question.query.get("pagination_token")
    if token is None:
        return window.end
    place = (
        datetime.fromtimestamp(int(token[1:], 16), UTC)
        if re.fullmatch(r"c[0-9a-f]{1,9}", token)
        else window.end
    )
    if not (window.start or _EPOCH) < place < window.end:
        msg = f"Invalid 'next_token':'{token}'."
        raise RefusedError(msg, parameter="next_token", value=token)
    return place


def _stretches(
    since: datetime, until: datetime, grain: timedelta
) -> Iterator[tuple[datetime, datetime]]:
    while since < until:
        end = min(_EPOCH + ((since - _EPOCH) // grain + 1) * grain, until)
        yield since, end
        since = end


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
