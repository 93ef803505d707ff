"""The command `enrich`: understand what waits, or what is stored once more."""

from datetime import datetime
from typing import Annotated

import typer

from collectors.configuration.configured import read_or_exit
from collectors.settings import (
    ConfigOption,
    HomeOption,
    NowOption,
    Settings,
    parse_now,
    settings_from,
)
from enrichment.commands import enrich_with_bar, notes
from enrichment.flags.rules import FlagSettings

_SOME_FAILED = 1
_WRONG_USAGE = 2


def enrich(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
    *,
    entities: Annotated[
        bool,
        typer.Option(help="Find names of organisations, places and products."),
    ] = True,
    profile: Annotated[
        bool, typer.Option("--profile", help="Say where the time went, step by step.")
    ] = False,
    again: Annotated[
        bool,
        typer.Option("--again", help="Read stored texts once more: after a change of watchlist."),
    ] = False,
    since: Annotated[
        str | None,
        typer.Option("--since", help="With --again: from when, such as 2026-10-01 (UTC)."),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="With --again: up to when.  [default: now]")
    ] = None,
    matched: Annotated[
        bool,
        typer.Option(
            "--matched",
            help="With --again: only what names a subject now; enough after a change of models.",
        ),
    ] = False,
) -> None:
    """
    Find language, subjects and tone in all landing files that wait.

    Each landing file becomes an enriched file of the same name, which `luisterpost load`
    takes in. Safe to run again: files that are enriched are left alone.

    With `--again --since 2026-10-01` the texts stored since then are read once more, as the
    watchlist and the models are today; loaded, they replace what was found before, which
    stays in the table match_history, and reports say that figures were restated.

    A broken file is put aside with the reason, the others go on, and the exit code is 1.
    """
    settings = settings_from(context, home, config, now)
    watchlist = read_or_exit(settings, {"flags": FlagSettings}).watchlist
    if again != (since is not None) or (not again and (until or matched)):
        notes.print("--again and --since belong together, --until and --matched to both of them")
        raise typer.Exit(_WRONG_USAGE)
    if since is not None:
        window = parse_now(since), parse_now(until) if until else settings.clock()
        if not _write_again(settings, window, is_matched=matched):
            return
    if enrich_with_bar(settings, watchlist, has_entities=entities, has_profile=profile):
        raise typer.Exit(_SOME_FAILED)


def _write_again(
    settings: Settings, window: tuple[datetime, datetime], *, is_matched: bool
) -> bool:
    """Write what is stored of *window* as landing files, and tell whether there is any."""
    from rich.progress import Progress

    from warehouse.again import count_stored, write_again
    from warehouse.connection import open_warehouse, require_warehouse

    require_warehouse(settings.warehouse)
    since, until = window
    if since >= until:
        notes.print("--since is not before the end")
        raise typer.Exit(_WRONG_USAGE)
    with (
        open_warehouse(settings.warehouse, tell=notes.print) as connection,
        Progress(console=notes, transient=True) as bar,
    ):
        stored = count_stored(connection, since=since, until=until, is_matched=is_matched)
        task = bar.add_task("reading stored texts", total=stored)
        write_again(
            connection,
            settings.landing,
            since=since,
            until=until,
            now=settings.clock(),
            is_matched=is_matched,
            progress=lambda rows: bar.advance(task, rows),
        )
    what = "mention that names a subject is" if is_matched else "mention is"
    if not stored:
        typer.echo(f"nothing to read again: no {what} stored since {since:%Y-%m-%d %H:%M} UTC")
        return False
    typer.echo(f"{stored:,} stored mentions to read again; load them when they are enriched")
    return True
