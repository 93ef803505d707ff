"""The commands of this package that need no warehouse: init and import."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.text import Text

from collectors.configuration.check import WRONG_CONFIGURATION
from collectors.configuration.configured import read_or_exit
from collectors.configuration.folder import ConfigurationError, load_configuration
from collectors.configuration.mistakes import one_of, printable
from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from

notes = Console(stderr=True)

_SHOWN_PROBLEMS = 10


def init(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
    firm: Annotated[str | None, typer.Option(help="Name of the firm.")] = None,
    brand: Annotated[str | None, typer.Option(help="Its brand.  [default: the firm]")] = None,
    forms: Annotated[
        str | None, typer.Option(help="Other names people use for it, with commas between.")
    ] = None,
    domain: Annotated[str | None, typer.Option(help="Its website, such as acme.example.")] = None,
    x: Annotated[str | None, typer.Option("--x", help="Its handles on X.")] = None,
    reddit: Annotated[str | None, typer.Option(help="Its user names on Reddit.")] = None,
    competitors: Annotated[str | None, typer.Option(help="Names of competitors.")] = None,
    feeds: Annotated[
        str | None, typer.Option(help="Addresses of news feeds.  [default: a news search]")
    ] = None,
    languages: Annotated[
        str | None, typer.Option(help="Languages of the news search, such as nl-BE,fr-BE,en.")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Ask nothing: take options and defaults.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Replace files that exist.")] = False,
) -> None:
    """
    Write a first watchlist.toml and sources.toml, after a few questions.

    What is given as an option is not asked. Files that exist are never
    replaced without --force.
    """
    from collectors.configuration.starting import Answers, starting_files

    settings = settings_from(context, home, config, now)
    folder = settings.config
    there = [f"{folder / n}" for n in ("watchlist.toml", "sources.toml") if (folder / n).exists()]
    if there and not force:
        _fail(f"{' and '.join(there)} exist{'s' if len(there) == 1 else ''}: --force replaces them")
    if yes and not (firm or brand):
        _fail("--yes needs at least --firm or --brand")

    def answer(given: str | None, question: str, default: str = "") -> str:
        if given is not None or yes:
            return default if given is None else given
        return str(typer.prompt(question, default=default, show_default=bool(default), err=True))

    firm = answer(firm, "Name of the firm", brand or "")
    while not firm.strip():
        firm = typer.prompt("Name of the firm", err=True)
    brand = answer(brand, "Its brand, as people write it", firm).strip() or firm
    several = "(with commas between; empty: none)"
    answers = Answers(
        firm=firm,
        brand=brand,
        forms=_several(answer(forms, f"Other names for the brand {several}")),
        domain=answer(domain, "Its website, such as acme.example (empty: none)"),
        x=_several(answer(x, f"Its handles on X {several}")),
        reddit=_several(answer(reddit, f"Its user names on Reddit {several}")),
        competitors=_several(answer(competitors, f"Competitors {several}")),
        feeds=_several(answer(feeds, "News feeds, addresses (empty: a news search for the brand)")),
        languages=_several(answer(languages, "Languages, such as nl-BE, fr-BE, en", "en")),
    )
    _check_languages(answers.languages)
    files = starting_files(answers)
    _check_files(files, settings)
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        part = folder / f".{name}.part"
        part.write_text(text, encoding="utf-8")
        part.replace(folder / name)
        _say(f"written: {folder / name}")
    option = "" if folder == Settings().config else f" --config {folder}"
    _say(f"Next: look at both files, then\n  luisterpost check{option}\n  luisterpost run{option}")


def import_files(
    context: typer.Context,
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE", help="Plain, compressed (gz, bz2, xz, zst), or a zip or tar archive."
        ),
    ],
    covers: Annotated[
        str | None,
        typer.Option(
            help="FROM/TO: the files hold all that --source published in that time, "
            "such as 2026-10-01/2026-11-01."
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option(help="Name of the source for which the mentions count.")
    ] = None,
    wanted: Annotated[
        str,
        typer.Option(
            "--format",
            help="auto, or the only one to look for: columns, twarc, pushshift, brandwatch or mastodon.",
        ),
    ] = "auto",
    time_zone: Annotated[
        str, typer.Option(help="Of times that name none, such as Europe/Brussels.")
    ] = "UTC",
    encoding: Annotated[
        str | None, typer.Option(help="Of text that is not UTF-8, such as cp1252.")
    ] = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Import mentions that other tools exported.

    What is in a file tells its format:

    - columns: JSON, CSV or Parquet with platform, native_id, created_at, text
    - twarc: JSON lines of twarc2, answers of the X API or one post a line
    - pushshift: Reddit dumps, RS_ (posts) and RC_ (comments), one a line
    - brandwatch: CSV with Date, Url, Page Type, Full Text and so on
    - mastodon: the archive of an account, or the outbox.json out of it

    A post that is also collected live stays one mention. Rows that can't be read
    are told with their line and put aside. Without --covers an import covers
    nothing: charts show its mentions, not a complete period.

    Exit code: 0 if all was read, 1 if rows were put aside, 2 if a file can't be read.
    """
    from collectors.imports.importing import ImportFileError, import_file
    from collectors.imports.options import ImportOptionError, read_options
    from collectors.imports.telling import problems_of, summary_of

    settings = settings_from(context, home, config, now)
    try:
        options = read_options(
            wanted=wanted, time_zone=time_zone, encoding=encoding, covers=covers, source=source
        )
    except ImportOptionError as error:
        raise typer.BadParameter(str(error), param_hint=error.option) from error
    configuration = read_or_exit(settings)
    if covers is not None and source is not None:
        _check_source(source, [s.name for s in configuration.sources.source])
    code, imported = 0, 0
    for path in files:
        with _bar(path.name) as progress:
            try:
                result = import_file(
                    path,
                    **options,
                    watchlist=configuration.watchlist,
                    folder=settings.landing,
                    aside=settings.aside,
                    now=settings.clock(),
                    progress=progress,
                )
            except ImportFileError as error:
                _say(f"{path}: {error}", "red")
                code = WRONG_CONFIGURATION
                continue
        for line in problems_of(result, most=_SHOWN_PROBLEMS):
            _say(f"{path}: {line}", "yellow")
        _say(f"{path}: {summary_of(result)}")
        imported += result.rows
        code = max(code, 1 if result.put_aside else 0)
    if imported:
        _say("Next: 'luisterpost run' enriches and loads them")
    raise typer.Exit(code)


def _check_source(name: str, known: Sequence[str]) -> None:
    if name not in known:
        msg = f"there is no source '{name}' in sources.toml: {one_of(name, known)}"
        raise typer.BadParameter(msg)


def _check_languages(languages: Sequence[str]) -> None:
    from collectors.configuration.starting import is_language

    for language in languages:
        if not is_language(language):
            _fail(f"'{language}' is no language: write it like nl or nl-BE")


def _check_files(files: Mapping[str, str], settings: Settings) -> None:
    with TemporaryDirectory() as folder:
        for name, text in files.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        try:
            load_configuration(Path(folder), settings.clock())
        except ConfigurationError as error:
            _fail("\n".join(f"{m.path}: {m.message}, {m.suggestion}" for m in error.mistakes))


def _several(answer: str) -> list[str]:
    return [part.strip() for part in answer.split(",") if part.strip()]


@contextmanager
def _bar(name: str) -> Iterator[Callable[[float], None]]:
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=notes, transient=True, disable=not notes.is_terminal
    ) as progress:
        task = progress.add_task(escape(f"reading {printable(name)}"), total=1.0)
        yield lambda share: progress.update(task, completed=share)


def _fail(message: str) -> NoReturn:
    _say(message, "red")
    raise typer.Exit(WRONG_CONFIGURATION)


def _say(message: str, style: str = "") -> None:
    text = "\n".join(printable(line) for line in message.split("\n"))
    notes.print(Text(text, style=style), soft_wrap=True)
