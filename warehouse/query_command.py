"""The commands `query explain` and `query try`: understand a query, and try a change of it."""

import sys
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

from collectors.configuration.configured import read_or_exit
from collectors.configuration.mistakes import one_of, printable
from collectors.configuration.subject_rules import broken_rules
from collectors.queries.asking import checked_here, is_impossible, questions
from collectors.queries.dialects import DIALECTS, Dialect
from collectors.queries.parsing import QueryError, parse_query
from collectors.queries.tree import And, Not, Or, Query, written
from collectors.settings import ConfigOption, HomeOption, NowOption, parse_now, settings_from
from collectors.watchlist import Subject, Watchlist

if TYPE_CHECKING:
    from warehouse.replay import Example, Replay

_WRONG_USAGE = 2
_DEFAULT_REACH = timedelta(days=28)

# Into a pipe or a file a line is as long as it needs to be.
console = Console() if sys.stdout.isatty() else Console(width=1_000)
notes = Console(stderr=True)
app = typer.Typer(no_args_is_help=True, help="Understand queries, and try changes of them.")

QueryArgument = Annotated[
    str | None, typer.Argument(help="The query.  [default: the subject's in watchlist.toml]")
]


@app.command("explain")
def explain_query(
    context: typer.Context,
    query: QueryArgument = None,
    subject: Annotated[
        str | None, typer.Option("--subject", help="Explain the query of this subject.")
    ] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Show how a query is read, what each platform is asked, and what is left to be checked here.

    Needs no configuration if a query is given: luisterpost query explain 'acme AND NOT "road runner"'
    """
    settings = settings_from(context, home, config, now)
    if query is None:
        if subject is None:
            _refuse("give a query, or --subject")
        query = _subject_named(read_or_exit(settings).watchlist, subject).query
        if query is None:
            _refuse(f"{subject} has no query")
    read = _parsed(query)
    console.print(_tree(read, Tree(Text(_named(read)))))
    console.print()
    table = Table(box=None, pad_edge=False)
    for heading in ("platform", "is asked", "checked on the text"):
        table.add_column(heading, overflow="fold")
    for dialect in DIALECTS.values():
        conditions = "\n".join(map(written, checked_here(read, dialect)))
        asked, left = _asked(read, dialect), conditions or "nothing"
        table.add_row(dialect.platform, Text(printable_lines(asked)), Text(printable_lines(left)))
    table.add_row("feed", Text("everything: feeds are not searched"), Text("the whole query"))
    console.print(table)


@app.command("try")
def try_query(
    context: typer.Context,
    query: QueryArgument = None,
    *,
    subject: Annotated[str, typer.Option("--subject", help="Whose query it is, or would be.")],
    since: Annotated[
        str | None,
        typer.Option("--since", help="From when, such as 2026-10-01 (UTC).  [default: 28 days]"),
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Up to when.  [default: now]")
    ] = None,
    examples: Annotated[
        int, typer.Option("--examples", min=0, max=100, help="So many mentions of both kinds.")
    ] = 5,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Try a changed query on what is stored: how many mentions more, how many fewer, and which.

    Without a query the subject is tried as watchlist.toml reads now: edit the file, or a copy of
    its folder (--config), and try before you load. Compared is with the matches that are stored.
    The warehouse is read, not changed; it also holds the mentions that name nobody, which are kept
    for 30 days unless warehouse.toml says otherwise.
    """
    from rich.progress import Progress

    from enrichment.relevance.using import model_in_use
    from warehouse.connection import open_warehouse, require_warehouse
    from warehouse.replay import count_replayed, replay

    settings = settings_from(context, home, config, now)
    watchlist = read_or_exit(settings).watchlist
    tried = _subject_named(watchlist, subject)
    if tried.facet == "employee":
        _refuse(f"{subject} is an employee, whose mentions are not listed")
    if query is not None:
        tried = _changed(tried, query)
    begin, end = _window(since, until, settings.clock())
    require_warehouse(settings.warehouse)
    relevance = model_in_use(settings, watchlist)
    with (
        open_warehouse(settings.warehouse, tell=notes.print) as connection,
        Progress(console=notes, transient=True) as bar,
    ):
        total = count_replayed(connection, since=begin, until=end)
        task = bar.add_task("matching stored mentions", total=total)
        result = replay(
            connection,
            tried,
            since=begin,
            until=end,
            examples=examples,
            relevance=relevance,
            progress=lambda rows: bar.advance(task, rows),
        )
    console.print(
        Text(
            f"{subject}: {result.read.total():,} stored mentions matched again, "
            f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
        )
    )
    console.print()
    console.print(_counts(result))
    for heading, kept, count in (
        ("more", result.found, result.more.total()),
        ("fewer", result.lost, result.fewer.total()),
    ):
        if kept:
            shown = "" if len(kept) == count else f" ({len(kept)} of {count:,}, the newest)"
            console.print(Text(f"\n{heading}{shown}", style="bold"))
            console.print(_listed(kept))


def _window(since: str | None, until: str | None, now: datetime) -> tuple[datetime, datetime]:
    end = parse_now(until) if until else now
    begin = parse_now(since) if since else end - _DEFAULT_REACH
    if begin >= end:
        _refuse("--since is not before the end")
    return begin, end


def _changed(subject: Subject, query: str) -> Subject:
    _parsed(query)
    given = subject.model_dump() | {"query": query}
    for rule in broken_rules(given):
        _refuse(f"the query {rule.message}, {rule.suggestion}")
    return Subject.model_validate(given)


def _parsed(query: str) -> Query:
    try:
        return parse_query(query)
    except QueryError as error:
        _refuse(f"the query {error}")


def _subject_named(watchlist: Watchlist, name: str) -> Subject:
    by_id = {subject.id: subject for subject in watchlist.subject}
    if name not in by_id:
        known = [subject.id for subject in watchlist.subject if subject.facet != "employee"]
        _refuse(f"there is no subject {name}, {one_of(name, known)}")
    return by_id[name]


def _refuse(message: str) -> NoReturn:
    notes.print(Text(printable(message), style="red"), soft_wrap=True)
    raise typer.Exit(_WRONG_USAGE)


def _named(query: Query) -> str:
    match query:
        case And():
            return "all of"
        case Or():
            return "one of"
        case Not(And() | Or() as part):
            return f"not {_named(part)}"
        case _:
            return printable(written(query))


def _tree(query: Query, branch: Tree) -> Tree:
    inner = query.part if isinstance(query, Not) else query
    for part in inner.parts if isinstance(inner, And | Or) else ():
        _tree(part, branch.add(Text(_named(part))))
    return branch


def _asked(query: Query, dialect: Dialect) -> str:
    asked = questions(query, dialect)
    if asked:
        return "\n".join(asked)
    return (
        "nothing: it holds for nothing there"
        if is_impossible(query, dialect)
        else ("nothing: it names no word that could be looked for there")
    )


def printable_lines(text: str) -> str:
    """Make lines harmless for a terminal, one by one."""
    return "\n".join(map(printable, text.split("\n")))


def _counts(result: "Replay") -> Table:
    table = Table(box=None, pad_edge=False)
    table.add_column("platform")
    for heading in ("read", "stored", "tried", "more", "fewer"):
        table.add_column(heading, justify="right")
    columns = (result.read, result.stored, result.tried, result.more, result.fewer)
    for platform in sorted(result.read):
        table.add_row(Text(printable(platform)), *(f"{counts[platform]:,}" for counts in columns))
    if len(result.read) != 1:
        table.add_row("all", *(f"{counts.total():,}" for counts in columns), style="bold")
    return table


def _listed(examples: "Sequence[Example]") -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for example in examples:
        excerpt = Text(printable(example.excerpt))
        excerpt.highlight_words([printable(example.form)], style="bold")
        table.add_row(
            f"{example.occurred_at:%Y-%m-%d %H:%M}", Text(printable(example.platform)), excerpt
        )
    return table
