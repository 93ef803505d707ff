"""What re-checks found, as tables that a load takes in."""

from collections.abc import Iterable

import pyarrow as pa

from collectors.landing import Header
from collectors.mention import mention_id

_TIME = pa.timestamp("us", tz="UTC")


def gone_mentions(headers: Iterable[Header]) -> dict[str, str]:
    """Give, by mention_id, why a mention must go; of several reasons the first by the alphabet."""
    told = [
        (mention_id(header.platform, native_id), why)
        for header in headers
        for native_id, why in header.gone.items()
    ]
    return dict(sorted(told, reverse=True))


def check_rows(headers: Iterable[Header]) -> pa.Table:
    """Say when each post was asked for, and up to when it is known to be there; one row a file."""
    rows = []
    for header in headers:
        there, asked = frozenset(header.there), frozenset(header.asked)
        seen_at = header.since or header.collected_at
        rows += [
            {
                "mention_id": mention_id(header.platform, native_id),
                "asked_at": header.collected_at if native_id in asked else seen_at,
                "checked_at": seen_at if native_id in there else None,
            }
            for native_id in sorted(there | asked)
        ]
    schema = pa.schema([("mention_id", pa.string()), ("asked_at", _TIME), ("checked_at", _TIME)])
    return pa.Table.from_pylist(rows, schema=schema)


def round_rows(headers: Iterable[Header]) -> pa.Table:
    """Say how each round ended, one row a file."""
    texts = ("job_id", "source", "platform", "outcome", "message")
    counts = ("requests", "asked", "present", "gone")
    schema = pa.schema(
        [
            *((name, pa.string()) for name in texts),
            *((name, _TIME) for name in ("checked_at", "retry_at")),
            *((name, pa.int64()) for name in counts),
        ]
    )
    rows = [
        {
            "job_id": header.job_id,
            "source": header.source,
            "platform": header.platform,
            "outcome": header.fault.reason if header.fault else "answered",
            "message": header.fault.message if header.fault else None,
            "checked_at": header.collected_at,
            "retry_at": header.fault.retry_at if header.fault else None,
            "requests": header.requests,
            "asked": len(header.asked),
            "present": len(header.there),
            "gone": len(header.gone),
        }
        for header in headers
        if header.kind == "recheck"
    ]
    return pa.Table.from_pylist(rows, schema=schema)
