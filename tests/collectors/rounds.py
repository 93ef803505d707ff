"""Run one job against a server, as a round would, and read what landed."""

import json
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from collectors.collect import collect_job
from collectors.contract import Collector, Credential, Job, Stream
from collectors.landing import Header, read_header
from collectors.sources import Source
from collectors.watchlist import Subject, Watchlist

NOW = datetime(2026, 11, 23, 8, 0, 0, 250_000, tzinfo=UTC)
ACME = Watchlist(
    subject=(
        Subject(
            id="acme",
            name="Acme",
            facet="brand",
            terms=("Acme",),
            handles={"x": ("@acme",), "reddit": ("u/acme_official",)},
        ),
    )
)


@dataclass(frozen=True, kw_only=True)
class Landed:
    header: Header
    rows: list[dict[str, Any]]

    @property
    def ids(self) -> list[str]:
        return [row["native_id"] for row in self.rows]

    @property
    def only(self) -> dict[str, Any]:
        (row,) = self.rows
        return row | {"metrics": dict(row["metrics"]), "raw": json.loads(row["raw"])}

    @property
    def spans(self) -> list[tuple[datetime, datetime]]:
        return [(i.since, i.until) for i in self.header.answered if i.reason == "answered"]


def source_at(url: str, platform: str, **values: Any) -> Source:
    return Source.model_validate(
        {"name": "test", "platform": platform, "base_url": url, "timeout": timedelta(seconds=5)}
        | values
    )


def job_for(
    stream: Stream,
    source: Source,
    *,
    since: datetime | None = None,
    until: datetime = NOW,
    validators: Mapping[str, Any] | None = None,
) -> Job:
    return Job(
        source=source.name,
        platform=source.platform,
        stream=stream.key,
        reach=stream.reach,
        params=stream.params,
        since=since,
        until=until,
        validators=validators or {},
        planned_at=NOW,
    )


def land(
    collector: Collector,
    source: Source,
    credential: Credential | None,
    *,
    stream: str = "search:",
    watchlist: Watchlist = ACME,
    now: datetime = NOW,
    **window: Any,
) -> Landed:
    """Collect the first stream whose key begins with *stream*."""
    chosen = next(s for s in collector.streams(source, watchlist, now) if s.key.startswith(stream))
    with tempfile.TemporaryDirectory() as folder:
        path = collect_job(
            job_for(chosen, source, **window),
            collector=collector,
            source=source,
            credential=credential,
            watchlist=watchlist,
            folder=Path(folder),
            clock=lambda: now,
        )
        return Landed(header=read_header(path), rows=pq.read_table(path).to_pylist())
