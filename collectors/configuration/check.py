"""Show people what is wrong with their configuration, or that all is right."""

from collections import Counter
from datetime import timedelta

from rich.console import Console
from rich.table import Table
from rich.text import Text

from collectors.configuration.folder import Configuration, ConfigurationError
from collectors.configuration.mistakes import Mistake, printable
from collectors.sources import Source

WRONG_CONFIGURATION = 2
"""The exit code."""


def print_check(
    checked: Configuration | ConfigurationError, console: Console, *, tests: int = 0
) -> int:
    """
    Print every mistake and warning, then a summary.

    Args:
        checked: What was read, or what is wrong.
        console: Where to.
        tests: How many query tests passed.

    Returns:
        The exit code: 2 if there are mistakes, else 0.
    """
    if isinstance(checked, ConfigurationError):
        print_mistakes(checked.mistakes, console, style="red")
    print_mistakes(checked.warnings, console, style="yellow", before="warning: ")
    if isinstance(checked, ConfigurationError):
        found = len(checked.mistakes)
        console.print(Text(f"{found} mistake{'s' if found > 1 else ''}", style="bold red"))
        return WRONG_CONFIGURATION
    subjects, sources = checked.watchlist.subject, checked.sources.source
    summary = f"All right: {count_of(len(subjects), 'subject')}, {count_of(len(sources), 'source')}"
    if tests:
        summary += f", {count_of(tests, 'query test')} passed"
    if checked.warnings:
        summary += f", {count_of(len(checked.warnings), 'warning')}"
    console.print(Text(summary, style="bold green"))
    facets = Counter(subject.facet for subject in subjects)
    console.print(Text("  " + ", ".join(f"{facet}: {n}" for facet, n in facets.items())))
    console.print(_sources_table(sources))
    return 0


def print_mistakes(
    mistakes: tuple[Mistake, ...], console: Console, *, style: str, before: str = ""
) -> None:
    """Print each mistake on one line of its own, however narrow the window: lines can be searched."""
    for mistake in mistakes:
        console.print(Text(printable(f"{before}{mistake}"), style=style), soft_wrap=True)


def _sources_table(sources: tuple[Source, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("source", "platform", "every", "credential"):
        table.add_column(heading)
    for source in sources:
        every = duration_words(source.every)
        cells = (source.name, source.platform, every, source.credential or "none needed")
        table.add_row(*map(Text, cells))
    return table


def duration_words(duration: timedelta) -> str:
    """Write a duration as the files do: `1 h 30 min`."""
    left, words = round(duration.total_seconds()), []
    for size_s, unit in ((86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")):
        number, left = divmod(left, size_s)
        words += [f"{number} {unit}"] if number else []
    return " ".join(words) or "0 s"


def count_of(number: int, word: str) -> str:
    """Write how many of something there are."""
    return f"{number} {word}{'' if number == 1 else 's'}"
