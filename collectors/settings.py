"""Where things lie and what time it is: the three options that every command knows."""

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Data directory: landing files, warehouse, snapshot, reports.  [default: var]",
    ),
]
ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", help="Directory with watchlist.toml and sources.toml.  [default: config]"
    ),
]
NowOption = Annotated[
    str | None,
    typer.Option(
        "--now",
        help="Act as if it were this time, such as 2026-11-23T08:00+01:00 (UTC if no zone is given).",
    ),
]


@dataclass(frozen=True, kw_only=True)
class Settings:
    """One command's surroundings, and the layout of the data directory."""

    home: Path = Path("var")
    config: Path = Path("config")
    fixed_now: datetime | None = None
    """Aware, UTC; None: the machine's clock."""

    def clock(self) -> datetime:
        """Tell the present, aware and in UTC."""
        return self.fixed_now or datetime.now(UTC)

    @property
    def jobs(self) -> Path:
        """Planned jobs: each file is the lease of one stream."""
        return self.home / "jobs"

    @property
    def landing(self) -> Path:
        """What jobs brought."""
        return self.home / "landing"

    @property
    def enriched(self) -> Path:
        """The same, understood, waiting for the load."""
        return self.home / "enriched"

    @property
    def rescored(self) -> Path:
        """Tones that were judged once more, waiting to be taken in."""
        return self.home / "rescored"

    @property
    def relevance(self) -> Path:
        """What was learnt of confirmed and rejected matches."""
        return self.home / "relevance.npz"

    @property
    def rechecks(self) -> Path:
        """What is asked about stored posts, and what is on its way."""
        return self.home / "rechecks"

    @property
    def aside(self) -> Path:
        """Broken files and rows, kept for a person to look at."""
        return self.home / "aside"

    @property
    def warehouse(self) -> Path:
        """The warehouse: one writer at a time. Read the snapshot instead."""
        return self.home / "warehouse.duckdb"

    @property
    def desk(self) -> Path:
        """The desk: what people and machines answer in small steps."""
        return self.home / "desk.db"

    @property
    def snapshot(self) -> Path:
        """The newest snapshot, under its stable name."""
        return self.home / "snapshot.duckdb"

    @property
    def snapshots(self) -> Path:
        """The snapshots by version."""
        return self.home / "snapshots"

    @property
    def reports(self) -> Path:
        """Reports."""
        return self.home / "reports"


def settings_from(
    context: typer.Context, home: Path | None, config: Path | None, now: str | None
) -> Settings:
    """
    Combine a command's own options with those given before the command's name.

    Raises:
        typer.BadParameter: *now* is no time.
    """
    outer = context.find_object(Settings) or Settings()
    return Settings(
        home=home or outer.home,
        config=config or outer.config,
        fixed_now=parse_now(now) if now else outer.fixed_now,
    )


def parse_now(text: str) -> datetime:
    """
    Read an ISO 8601 time; without a zone it is UTC.

    Raises:
        typer.BadParameter: *text* is no time.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        msg = f"'{text}' is no time: write for instance 2026-11-23T08:00+01:00"
        raise typer.BadParameter(msg) from error
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
