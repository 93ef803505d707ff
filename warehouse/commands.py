"""The warehouse's commands: load, sql, forget."""

import os
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from collectors.configuration.check import count_of
from collectors.configuration.configured import read_or_exit
from collectors.readiness import find_readiness
from collectors.settings import ConfigOption, HomeOption, NowOption, settings_from
from warehouse.settings import WarehouseSettings

# Into a pipe or a file a line is as long as it needs to be.
console = Console() if sys.stdout.isatty() else Console(width=1_000)
notes = Console(stderr=True)


class Format(StrEnum):
    """How `sql` writes its answer."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def tell(message: str) -> None:
    """Say something beside the data."""
    notes.print(Text(message), soft_wrap=True)


def load(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """Load all enriched files into the warehouse, in one transaction; safe to run again."""
    from warehouse.intake import load_waiting

    settings = settings_from(context, home, config, now)
    configuration = read_or_exit(settings, {"warehouse": WarehouseSettings})
    readiness = find_readiness(
        configuration.sources, configuration.watchlist, os.environ, now=settings.clock()
    )
    keep = configuration.setting("warehouse", WarehouseSettings)
    intake = load_waiting(
        settings,
        watchlist=configuration.watchlist,
        sources=readiness.states,
        keep=keep,
        tell=tell,
    )
    broken = [outcome for outcome in intake.outcomes if outcome.state == "broken"]
    for outcome in broken:
        tell(f"put aside in {settings.aside}: {outcome.message}")
    console.print(
        f"{count_of(len(intake.outcomes) - len(broken), 'file')} loaded, "
        f"{count_of(intake.new_mentions, 'new mention')}, {intake.mentions:,} in all"
    )
    raise typer.Exit(1 if broken else 0)


def sql(
    context: typer.Context,
    query: Annotated[
        str | None, typer.Argument(help="One SQL statement; without it a prompt opens.")
    ] = None,
    output_format: Annotated[
        Format | None,
        typer.Option(
            "--format", help="How to write the answer.  [default: table, or the ending of --out]"
        ),
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write to this file instead of the terminal.")
    ] = None,
    time_limit: Annotated[
        float,
        typer.Option("--time-limit", min=0.1, help="Interrupt a query after so many seconds."),
    ] = 60,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Ask the newest snapshot: read-only, with a time limit, without access to files.

    Try: `luisterpost sql "FROM share_of_voice_week"`, or
    `luisterpost sql --format csv "SELECT * FROM daily_volume" > daily.csv`.
    `.tables` and `.schema NAME` at the prompt say what there is.
    """
    import duckdb

    from warehouse.connection import open_snapshot
    from warehouse.errors import SnapshotMissingError, SnapshotOutdatedError
    from warehouse.schema_version import is_of_another_version
    from warehouse.terminal import converse, shown_error, write_answer

    settings = settings_from(context, home, config, now)
    try:
        connection = open_snapshot(settings.snapshot, time_limit_s=time_limit)
    except SnapshotMissingError as error:
        tell(str(error))
        raise typer.Exit(2) from error
    if is_of_another_version(connection):
        tell(f"Note: {SnapshotOutdatedError()}.")
    try:
        if query is None:
            if not converse(connection, console) and not sys.stdin.isatty():
                raise typer.Exit(2)
        else:
            write_answer(connection, query, output_format or _format_of(out), out, console)
    except duckdb.Error as error:
        tell(shown_error(error))
        raise typer.Exit(2) from error
    except OSError as error:
        if out is None:
            raise
        tell(f"can't write {out}: {error.strerror}")
        raise typer.Exit(2) from error
    finally:
        connection.close()


def _format_of(out: Path | None) -> Format:
    """Tell the format that a file's ending asks for; CSV where it says nothing."""
    if out is None:
        return Format.TABLE
    ending = out.suffix.removeprefix(".").lower()
    return Format(ending) if ending in set(Format) else Format.CSV


def forget(
    context: typer.Context,
    platform: Annotated[str, typer.Argument(help="Such as x, reddit or feed.")],
    native_id: Annotated[list[str], typer.Argument(help="The platform's ids of the posts.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, for the record.")] = "on request",
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Erase posts for good: from every table, and from the bytes of the files.

    They can't return by import, backfill or old files. A new snapshot is published, and
    all older ones go. Reports that were written before keep what they quote: write them
    anew. What lies in `aside/` goes as well: it may hold them.
    """
    from collectors.mention import mention_id
    from warehouse.connection import open_warehouse, require_warehouse
    from warehouse.desk.connection import desk_url, open_desk
    from warehouse.desk.tables import Erasure
    from warehouse.intake import publish_now
    from warehouse.publish import drop_stray_ledgers
    from warehouse.purge import purge
    from warehouse.tombstones import bury

    settings = settings_from(context, home, config, now)
    configuration = read_or_exit(settings, {"warehouse": WarehouseSettings})
    moment = settings.clock()
    require_warehouse(settings.warehouse)
    with open_warehouse(settings.warehouse, tell=tell) as connection:
        ids = [mention_id(platform, one) for one in native_id]
        found = bury(connection, ids, reason=reason, now=moment)
        ((time_zone,),) = connection.execute("SELECT time_zone FROM firm").fetchall()
    purge(settings, tell=tell)
    if settings.snapshot.exists():
        newest = publish_now(
            settings,
            watchlist=configuration.watchlist,
            time_zone=time_zone,
            keep=configuration.setting("warehouse", WarehouseSettings),
            tell=tell,
        )
        for older in settings.snapshots.glob("*.duckdb"):
            if older.name < newest.name:
                older.unlink()
        drop_stray_ledgers(settings.snapshots)
    with open_desk(desk_url(settings.desk)) as desk:
        desk.add(Erasure(erased_at=moment, reason=reason, mentions=len(ids)))
    console.print(f"{found} of {len(ids)} stood in the warehouse; none can return")
