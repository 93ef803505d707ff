"""Builds enriched files as the pipeline leaves them, without collecting or enriching."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from collectors.contract import Interval
from collectors.landing import (
    MENTION_SCHEMA,
    Header,
    ParquetWriter,
    landing_name,
    to_table,
)
from collectors.mention import Mention
from collectors.watchlist import Watchlist
from enrichment.enriched import ENRICHED_SCHEMA
from enrichment.stories.signatures import signatures
from warehouse.connection import open_warehouse
from warehouse.publish import publish_snapshot

T0 = datetime(2026, 11, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


def brand(subject_id: str = "acme", **keys: Any) -> dict[str, Any]:
    return {"id": subject_id, "name": subject_id.title(), "facet": "brand", "terms": ["a"], **keys}


def employee(subject_id: str, *, unit: str = "sales", **keys: Any) -> dict[str, Any]:
    consent = {
        "given_at": date(2026, 1, 1),
        "purpose": "brand monitoring",
        "platforms": ["x"],
        "notice": "v1",
        "proof": "form",
        **keys.pop("consent", {}),
    }
    words = {"terms": [f"{subject_id} words"], **keys}
    return brand(subject_id, facet="employee", unit=unit, consent=consent, **words)


def watchlist(*subjects: dict[str, Any]) -> Watchlist:
    return Watchlist.model_validate({"subject": list(subjects or [brand()])})


def mention(number: int | str, text: str = "Acme", *, at: datetime = T0, **keys: Any) -> Mention:
    values: dict[str, Any] = {
        "platform": "x",
        "native_id": str(number),
        "kind": "post",
        "created_at": at,
        "time_source": "created",
        **keys,
    }
    return Mention(text=text, collected_at=at, **values)


def header(job_id: str, *, at: datetime = T0, **keys: Any) -> Header:
    values: dict[str, Any] = {
        "kind": "collect",
        "source": "web",
        "platform": "x",
        "stream": "search:1",
        "since": at - HOUR,
        "until": at,
        "answered": (Interval(since=at - HOUR, until=at),),
        "validators": {"since_id": job_id},
        "requests": 1,
        **keys,
    }
    return Header(job_id=job_id, collected_at=at, **values)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What the enrichment says of one text."""

    subjects: Sequence[str] = ("acme",)
    tone: str = "neutral"
    p: tuple[float, float, float] = (0.125, 0.75, 0.125)
    language: str = "nl"
    story: str = ""
    entities: Sequence[str] = field(default=("Acme",))
    flags: Sequence[str] = ()
    phrases: Sequence[str] = ()
    has_short_copies: bool = True
    """Whether even the shortest texts have copies, which the enrichment takes for chance."""


def enriched_file(
    folder: Path,
    head: Header,
    rows: Iterable[tuple[Mention, Judgement]],
    *,
    enriched_at: datetime | None = None,
    watchlist_version: str = "w1",
    **described: str,
) -> Path:
    """Write one enriched file; its name follows from its header, which *described* adds to."""
    pairs = list(rows)
    mentions = to_table(m for m, _ in pairs).to_pylist()
    table = pa.Table.from_pylist(
        [
            row | _judged(judgement, row)
            for row, (_, judgement) in zip(mentions, pairs, strict=True)
        ],
        schema=ENRICHED_SCHEMA,
    )
    moment = enriched_at or head.collected_at
    words = {"enriched_at": moment.isoformat(), "watchlist_version": watchlist_version}
    words |= described
    head = replace(head, items_seen=len(pairs), enrichment=words)
    with ParquetWriter(folder / landing_name(head), ENRICHED_SCHEMA) as writer:
        writer.write(table)
        return writer.finish(head)


def simple_file(folder: Path, job_id: str, mentions: Iterable[Mention], **keys: Any) -> Path:
    """Write an enriched file in which every mention names the brand."""
    at = keys.pop("at", T0)
    judged = ((m, Judgement()) for m in mentions)
    return enriched_file(folder, header(job_id, at=at, **keys), judged)


def landing_file(folder: Path, head: Header, mentions: Iterable[Mention]) -> Path:
    with ParquetWriter(folder / landing_name(head), MENTION_SCHEMA) as writer:
        writer.write(to_table(mentions))
        return writer.finish(head)


def _signed(judgement: Judgement, row: dict[str, Any]) -> dict[str, Any]:
    signed = signatures(row)
    if judgement.story or (judgement.has_short_copies and not signed["shingles"]):
        name = judgement.story or f"s {row['text']}"
        signed |= {"story_id": name, "text_id": name}
    return signed


def _judged(judgement: Judgement, row: dict[str, Any]) -> dict[str, Any]:
    negative, neutral, positive = judgement.p
    return {
        "language": judgement.language,
        "language_score": 0.9,
        **_signed(judgement, row),
        "matches": [
            {
                "subject_id": subject,
                "field": "text",
                "form": f"form {subject}",
                "start_char": place,
                "end_char": place + 1,
                "rule": "term",
                "tone": judgement.tone,
                "p_negative": negative,
                "p_neutral": neutral,
                "p_positive": positive,
                "tone_model": "m1",
            }
            for place, subject in enumerate(judgement.subjects)
        ],
        "entities": [
            {
                "field": "text",
                "text": name,
                "label": "ORG",
                "start_char": 20 + place,
                "end_char": 21 + place,
                "pipeline": "p1",
            }
            for place, name in enumerate(judgement.entities)
        ],
        "flags": [
            {
                "subject_id": subject,
                "field": "text",
                "flag": flag,
                "rule": f"{flag}-en",
                "start_char": place,
                "end_char": place + 1,
            }
            for place, flag in enumerate(judgement.flags)
            for subject in judgement.subjects
        ],
        "keyphrases": [
            {"subject_id": subject, "phrase": phrase, "key": phrase.lower()}
            for phrase in judgement.phrases
            for subject in judgement.subjects
        ],
    }


@contextmanager
def warehouse(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_warehouse(path, tell=print, timeout_s=30) as connection:
        yield connection


def publish(
    connection: duckdb.DuckDBPyConnection, home: Path, subjects: Watchlist, **keys: Any
) -> Path:
    """Publish below *home*; the stable name is `home/snapshot.duckdb`."""
    values = {"time_zone": "Europe/Brussels", "now": T0, **keys}
    return publish_snapshot(
        connection,
        folder=home / "snapshots",
        stable=home / "snapshot.duckdb",
        watchlist=subjects,
        **values,
    )


def contents(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Every table of a warehouse as sorted rows, without what depends on when it was loaded."""
    tables = connection.execute(
        "SELECT table_name, list(column_name ORDER BY column_index) FROM duckdb_columns() "
        "WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal "
        "AND table_name IN (SELECT table_name FROM duckdb_tables() WHERE NOT temporary) "
        "GROUP BY table_name"
    ).fetchall()
    return {
        table: sorted(
            str(row)
            for row in connection.execute(
                f"SELECT {', '.join(c for c in columns if c != 'loaded_at')} FROM main.{table}"  # noqa: S608 - names from the catalogue
            ).fetchall()
        )
        for table, columns in tables
        if table not in {"migration", "pending_purge"}
    }
