"""What re-checks found, as tables that a load takes in."""

from collections.abc import Iterable

import pyarrow as pa

from collectors.landing import Header
from collectors.mention import mention_id
from collectors.recheck import HIDDEN
from warehouse.tombstones import Burial

_TIME = pa.timestamp("us", tz="UTC")


def gone_mentions(headers: Iterable[Header]) -> dict[str, Burial]:
    """Give, by mention_id, why a mention must go; of several reasons one that is for good."""
    told = [
        (
            mention_id(header.platform, native_id),
            # When the answer came: a post that was seen between question and answer may be hidden.
            Burial(reason=why, hidden_at=header.collected_at if why in HIDDEN else None),
        )
        for header in headers
        for native_id, why in header.gone.items()
    ]
    return dict(sorted(told, key=_weight, reverse=True))


def _weight(told: tuple[str, Burial]) -> tuple[bool, float, str]:
    """Order what is told of one mention: for good first, then the latest."""
    hidden_at = told[1].hidden_at
    return hidden_at is not None, -hidden_at.timestamp() if hidden_at else 0.0, told[1].reason


def check_rows(headers: Iterable[Header]) -> pa.Table:
    """Say when each post was asked for and read, and up to when it is known to be there; one row a file."""
    names = ("asked_at", "checked_at", "failed_at", "read_at")
    schema = pa.schema([("mention_id", pa.string()), *((name, _TIME) for name in names)])
    rows = []
    for header in headers:
        there, asked, failed = map(frozenset, (header.there, header.asked, header.failed))
        charged = frozenset(header.charged)
        seen_at = header.since or header.collected_at
        rows += [
            {
                "mention_id": mention_id(header.platform, native_id),
                "asked_at": header.collected_at if native_id in there | asked else None,
                "checked_at": seen_at if native_id in there else None,
                "failed_at": header.collected_at if native_id in failed else None,
                "read_at": header.collected_at if native_id in charged else None,
            }
            for native_id in sorted(there | asked | failed)
        ]
    return pa.Table.from_pylist(rows, schema=schema)


def round_rows(headers: Iterable[Header]) -> pa.Table:
    """Say how each round ended, one row a file."""
    texts = ("job_id", "source", "platform", "outcome", "message")
    counts = ("requests", "asked", "present", "gone", "late")
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
            "late": header.late,
        }
        for header in headers
        if header.kind == "recheck"
    ]
    return pa.Table.from_pylist(rows, schema=schema)
