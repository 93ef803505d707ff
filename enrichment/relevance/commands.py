"""The commands `relevance teach`, `relevance show` and `relevance forget`."""

from collections.abc import Iterator, Mapping
from contextlib import nullcontext
from datetime import datetime
from pathlib import Path
from secrets import token_bytes
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from collectors.configuration.check import count_of
from collectors.configuration.configured import read_or_exit
from collectors.configuration.mistakes import one_of, printable
from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from
from collectors.watchlist import Watchlist

if TYPE_CHECKING:
    from enrichment.json_lines import BadLine
    from enrichment.relevance.labels import Label
    from enrichment.relevance.learning import Learnt
    from enrichment.relevance.teaching import Lecture

_SOME_BAD, _NOTHING_READ = 1, 2
_MOST_TOLD = 20
_TOLD_UNNAMED = (
    "in {count:,} of them no name of the subject is found: learnt from by their words alone"
)

app = typer.Typer(
    no_args_is_help=True,
    help="Teach which mentions are about a subject, and which only share its name.",
)
_out = Console(highlight=False)
_notes = Console(stderr=True, highlight=False)


@app.command()
def teach(
    context: typer.Context,
    file: Annotated[
        Path,
        typer.Argument(help="JSON lines, or a .csv or .tsv with the same columns."),
    ],
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be learnt, and keep nothing.")
    ] = False,
) -> None:
    r"""
    Learn from confirmed and rejected matches.

    Each line holds a text, the id of a subject in watchlist.toml, and whether the text is about
    it; `title` and `platform` may be there as well. Other columns are not read. A line whose
    `relevant` is empty waits for a verdict and is left out.

        {"text": "Fresh orange juice for breakfast", "subject": "orange", "relevant": false}

        {"text": "Orange has no signal in Gent again", "subject": "orange", "relevant": true}

    Lines add to what was taught before; a later verdict on the same text replaces the earlier.
    From five confirmed and five rejected texts of a subject on its mentions are judged: those
    less probable than its `relevance` in watchlist.toml (0.5 if nothing is said) no longer count.
    Twenty of both are better, and they should be as your mentions are: not only the clear ones.

    Kept are no texts but hashes of words, in relevance.npz of the data directory, made with a key
    that lies apart from it: relevance.key below ~/.config/luisterpost, or
    LUISTERPOST_RELEVANCE_KEY. Without the key the file is of no use: keep a copy of it, elsewhere
    than the file's. Lines about an employee need the `platform`. What is stored is judged anew by `luisterpost enrich --again --since …`. A bad line is told with its number
    and left out; the exit code is then 1, and 2 where no line could be read.
    """
    from enrichment.relevance.learning import learn
    from enrichment.relevance.lessons import united
    from enrichment.relevance.storing import read_learnt, relevance_lock, write_learnt
    from enrichment.relevance.using import still_allowed

    settings = settings_from(context, home, config, now)
    path, moment = settings.relevance, settings.clock()
    watchlist = read_or_exit(settings, {}).watchlist
    key = _key_for(settings, is_trial=dry_run)
    lecture, bad, unjudged = _read_or_exit(file, watchlist, moment, key)
    if not dry_run:
        path.parent.mkdir(parents=True, exist_ok=True)
    with nullcontext() if dry_run else relevance_lock(path), _notes.status("learning …"):
        known = still_allowed(read_learnt(path, key).lessons, watchlist, moment)
        lessons, repeated, changed = united(known, lecture.lessons)
        learnt = learn(lessons, key)
        if not dry_run:
            write_learnt(path, learnt)
    added = len(lessons) - len(known)
    typer.echo(
        f"{len(lecture.lessons):,} verdicts read: {added:,} new, {repeated:,} known, "
        f"{changed:,} changed"
        + (f"; {bad:,} bad {'line' if bad == 1 else 'lines'} left out" if bad else "")
    )
    if unjudged:
        typer.echo(f"{count_of(unjudged, 'line')} without a verdict yet left out")
    if lecture.unnamed:
        typer.echo(_TOLD_UNNAMED.format(count=lecture.unnamed))
    _print_standings(learnt, watchlist)
    _print_words(learnt, lecture)
    if dry_run:
        typer.echo("nothing is kept: this was a trial")
    elif learnt.model is not None:
        typer.echo(f"kept in {settings.relevance} as {learnt.model.name}")
        typer.echo("judge what is stored anew: luisterpost enrich --again --since DATE")
    if bad:
        raise typer.Exit(_SOME_BAD)


@app.command()
def show(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Say what was taught of each subject, and how well it is told from others of its name.

    Precision and recall are measured on texts that were held back while learning.
    """
    from enrichment.relevance.using import forget_ended

    settings = settings_from(context, home, config, now)
    watchlist = read_or_exit(settings, {}).watchlist
    _require_home(settings)
    learnt = forget_ended(settings, watchlist)
    if not learnt.lessons:
        typer.echo("nothing was taught yet: every match counts (luisterpost relevance teach FILE)")
        return
    _print_standings(learnt, watchlist)
    if learnt.model is not None:
        typer.echo(f"{settings.relevance}: {learnt.model.name}")


@app.command()
def forget(
    context: typer.Context,
    subject: Annotated[str, typer.Argument(help="The subject's id.")],
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Forget what was taught of one subject: all its matches count again.

    What was taught of the others is learnt anew without it.
    """
    from enrichment.relevance.key import relevance_key
    from enrichment.relevance.learning import learn
    from enrichment.relevance.storing import read_learnt, relevance_lock, write_learnt
    from enrichment.relevance.using import still_allowed

    settings = settings_from(context, home, config, now)
    watchlist = read_or_exit(settings, {}).watchlist
    _require_home(settings)
    path = settings.relevance
    with relevance_lock(path) if path.exists() else nullcontext():
        learnt = read_learnt(path, relevance_key())
        lessons = learnt.lessons
        kept = [lesson for lesson in lessons if lesson.subject != subject]
        if len(kept) == len(lessons):
            known = sorted({lesson.subject for lesson in lessons})
            advice = f", {one_of(subject, known)}" if known else ""
            typer.echo(f"nothing was taught of '{printable(subject)}'{advice}", err=True)
            raise typer.Exit(_NOTHING_READ)
        allowed = still_allowed(kept, watchlist, settings.clock())
        write_learnt(path, learn(allowed, learnt.key))
    typer.echo(f"{len(lessons) - len(kept):,} verdicts on {subject} are forgotten")
    typer.echo("judge what is stored anew: luisterpost enrich --again --since DATE")


def thresholds_of(watchlist: Watchlist) -> dict[str, float]:
    """Give by subject the least probability that counts."""
    return {subject.id: subject.relevance for subject in watchlist.subject}


def _require_home(settings: Settings) -> None:
    """End with code 2 where there is no data directory, and make none."""
    if not settings.home.is_dir():
        typer.echo(f"there is no data directory at {settings.home}: is --home right?", err=True)
        raise typer.Exit(_NOTHING_READ)


def _key_for(settings: Settings, *, is_trial: bool) -> bytes:
    """Read the key of what was taught, or make one where nothing was; a trial's is not kept."""
    from enrichment.relevance.key import relevance_key
    from enrichment.relevance.storing import read_learnt

    read_learnt(settings.relevance, relevance_key())  # Where the key was lost none is made.
    key = relevance_key(create=not is_trial)
    return token_bytes() if key is None else key


def _read_or_exit(
    file: Path, watchlist: Watchlist, now: datetime, key: bytes
) -> tuple["Lecture", int, int]:
    """Read a file of verdicts, tell its bad lines, and count them and those without a verdict."""
    from collectors.imports.unpacking import ImportFileError
    from enrichment.json_lines import BadLine
    from enrichment.relevance.labels import NoVerdict, read_labels
    from enrichment.relevance.teaching import Lecture

    lecture, bad, unjudged = Lecture(key), 0, 0
    try:
        for number, label in _with_bar(read_labels(file, watchlist, now), file):
            if not isinstance(label, BadLine):
                lecture.hear(label)
                continue
            if isinstance(label, NoVerdict):
                unjudged += 1
                continue
            bad += 1
            if bad <= _MOST_TOLD:
                typer.echo(f"line {number}: {printable(str(label))}", err=True)
    except (ImportFileError, OSError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else error
        typer.echo(f"{printable(str(file))}: {printable(str(why))}", err=True)
        raise typer.Exit(_NOTHING_READ) from error
    if bad > _MOST_TOLD:
        typer.echo(f"… and {bad - _MOST_TOLD:,} more bad lines", err=True)
    if not lecture.lessons:
        typer.echo("no line has a verdict: nothing is learnt", err=True)
        raise typer.Exit(_NOTHING_READ)
    return lecture, bad, unjudged


def _with_bar(
    rows: "Iterator[tuple[int, Label | BadLine]]", file: Path
) -> "Iterator[tuple[int, Label | BadLine]]":
    """Show how many lines are read, where that takes a while."""
    from rich.progress import Progress, TextColumn

    columns = TextColumn("{task.description}"), TextColumn("{task.completed:,} lines")
    with Progress(*columns, console=_notes, transient=True) as bar:
        task = bar.add_task(f"reading {printable(file.name)}", total=None)
        for row in rows:
            bar.advance(task)
            yield row


def _print_standings(learnt: "Learnt", watchlist: Watchlist) -> None:
    from enrichment.relevance.learning import LEAST_EACH, standings

    thresholds: Mapping[str, float] = thresholds_of(watchlist)
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("subject", "about it", "not", "counts from", "precision", "recall"):
        table.add_column(column, justify="left" if column == "subject" else "right")
    few = []
    for subject, standing in standings(learnt, dict(thresholds)).items():
        known = thresholds.get(subject)
        figures = ("", "", "")
        if standing.is_judged:
            figures = (
                "not watched" if known is None else f"{known:g}",
                f"{standing.precision:.2f}",
                f"{standing.recall:.2f}",
            )
        else:
            few.append(subject)
        row = (subject, f"{standing.confirmed:,}", f"{standing.rejected:,}", *figures)
        table.add_row(*(Text(cell) for cell in row))
    _out.print(table)
    if few:
        _out.print(
            Text(
                f"too little is known of {', '.join(few)}: every match counts until there are "
                f"{LEAST_EACH} of both"
            ),
            soft_wrap=True,
        )


def _print_words(learnt: "Learnt", lecture: "Lecture") -> None:
    if learnt.model is None:
        return
    for subject in sorted(learnt.model.subjects & {one.subject for one in lecture.lessons}):
        speaking_for, against = lecture.telling_words(learnt.model, subject)
        for heading, words in (("speaks for", speaking_for), ("against", against)):
            if words:
                told = printable(", ".join(words))
                _out.print(Text(f"{subject}: {heading}: {told}"), soft_wrap=True)
