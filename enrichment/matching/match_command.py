"""The command `luisterpost match`: try the watchlist on any texts."""

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.console import Console
from rich.text import Text

from collectors.configuration.check import WRONG_CONFIGURATION, print_mistakes
from collectors.configuration.folder import ConfigurationError
from collectors.configuration.mistakes import Mistake, printable, read_document
from collectors.configuration.validation import validate
from collectors.configuration.watchlist_check import watchlist_mistakes
from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from
from collectors.watchlist import Subject, Watchlist
from enrichment.json_lines import BadLine, encoded, read_object

if TYPE_CHECKING:
    from enrichment.matching.explanation import Decision
    from enrichment.matching.query_text import About
    from enrichment.matching.subjects import Match, SubjectMatcher
    from enrichment.relevance.model import RelevanceModel

_BAD_LINE = 2
_FLUSHED_LINES = 256


def match(
    context: typer.Context,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
    *,
    explain: Annotated[
        bool,
        typer.Option("--explain", help="Say for people why each name counts, or why it does not."),
    ] = False,
) -> None:
    r"""
    Say where texts name the subjects of the watchlist, in all their written forms.

    Reads JSON lines on stdin, `{"id": …, "text": …}`, and writes one JSON line for each
    on stdout, in the same order. `start` and `end` count characters (code points) of the
    text as given. Nothing is read but watchlist.toml and, where something was taught, the
    relevance.npz of the data directory: what is probably about something else is left out then,
    and other matches say how probable their `relevance` is. Nothing is stored.

    With `"title": …` the matches say in which `field` they are; with `"platform": …`
    accounts of other platforms don't count. Queries may ask for `"author"`, `"url"` and
    `"lang"` as well. Other keys are ignored. Employees are found while their consent stands
    (on the platform, if it is given).

    With --explain it writes for people: each text, what counts in it and what only resembles
    a name, with the reason (too short, a word, no context word, inside a link …).

    A line that is no such object is reported on stderr with its number and left out; the
    exit code is then 2.

    For example:

        echo '{"id": 1, "text": "Ik drink #AcmeBier"}' | luisterpost match --config config

        {"id": 1, "matches": [{"subject": "acme", "form": "#AcmeBier", "start": 9,
        "end": 18, "rule": "hashtag"}]}
    """
    settings = settings_from(context, home, config, now)
    watchlist = _watchlist_or_exit(settings)
    matchers = _Matchers(watchlist, settings.clock(), _taught_or_exit(settings, watchlist))
    if explain:
        _explain_lines(matchers)
        return
    bad_lines = 0
    answered = 0
    for number, answer in answers(sys.stdin.buffer, matchers):
        if isinstance(answer, BadLine):
            bad_lines += 1
            typer.echo(f"line {number}: {printable(str(answer))}", err=True)
            continue
        sys.stdout.buffer.write(encoded(answer) + b"\n")
        answered += 1
        if answered % _FLUSHED_LINES == 0:
            sys.stdout.buffer.flush()
    sys.stdout.buffer.flush()
    if bad_lines:
        raise typer.Exit(_BAD_LINE)


def answers(
    lines: Iterable[bytes], matchers: "_Matchers"
) -> Iterator[tuple[int, dict[str, Any] | BadLine]]:
    """
    Match each line.

    Args:
        lines: JSON objects with `id` and `text`; empty lines are skipped.
        matchers: Made of the watchlist.

    Yields:
        The line's number, from 1, and the object to write, or what is wrong with the line.
    """
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            yield number, _answer(_read(line), matchers)
        except BadLine as bad:
            yield number, bad


def _read(line: bytes) -> dict[str, Any]:
    record = read_object(line)
    if "id" not in record:
        msg = "'id' is missing"
        raise BadLine(msg)
    if not isinstance(record.get("text"), str):
        msg = "'text' must be a string" if "text" in record else "'text' is missing"
        raise BadLine(msg)
    for key in ("title", "platform", "author", "url", "lang"):
        if not isinstance(record.get(key), str | None):
            msg = f"'{key}' must be a string or null"
            raise BadLine(msg)
    return record


def _answer(record: dict[str, Any], matchers: "_Matchers") -> dict[str, Any]:
    title, platform = record.get("title"), record.get("platform")
    found = matchers.of(platform).find_in(
        title=title, text=record["text"], platform=platform, about=_about(record)
    )
    found, relevance = matchers.sift(title, record["text"], found)
    has_fields = title is not None
    return {
        "id": record["id"],
        "matches": [_shown(match, has_fields, relevance) for match in found],
    }


def _about(record: dict[str, Any]) -> "About":
    from enrichment.matching.query_text import About

    return About(
        platform=record.get("platform"),
        author_handle=record.get("author"),
        url=record.get("url"),
        language=record.get("lang"),
    )


def _shown(match: "Match", has_fields: bool, relevance: "Mapping[str, float]") -> dict[str, Any]:
    field = {"field": match.field} if has_fields else {}
    judged = relevance.get(match.subject)
    return {
        "subject": match.subject,
        **field,
        "form": match.form,
        "start": match.start,
        "end": match.end,
        "rule": match.rule,
        **({} if judged is None else {"relevance": round(judged, 3)}),
    }


def _explain_lines(matchers: "_Matchers") -> None:
    """Write for each line its text with the matches marked, and each decision with its reason."""
    from enrichment.matching.explanation import explain

    console = Console(highlight=False)
    bad_lines = 0
    for number, line in enumerate(sys.stdin.buffer, start=1):
        if not line.strip():
            continue
        try:
            record = _read(line)
        except BadLine as bad:
            bad_lines += 1
            typer.echo(f"line {number}: {printable(str(bad))}", err=True)
            continue
        title, platform = record.get("title"), record.get("platform")
        matcher = matchers.of(platform)
        decisions = explain(
            matcher,
            title=title,
            text=record["text"],
            platform=platform,
            about=_about(record),
        )
        print_decisions(console, record, matchers.judged(title, record["text"], decisions))
    if bad_lines:
        raise typer.Exit(_BAD_LINE)


def print_decisions(
    console: "Console", record: dict[str, Any], decisions: "Sequence[Decision]"
) -> None:
    """Print one text and what was decided about it."""
    for field in ("title", "text"):
        if record.get(field):
            here = [decision for decision in decisions if decision.field == field]
            console.print(_marked(record[field], here), soft_wrap=True)
    for decision in decisions:
        sign, style = ("✓", "green") if decision.counts else ("✗", "yellow")
        told = f": {decision.reason}" if decision.reason else ""
        console.print(
            Text.assemble(
                (f"  {sign} ", style),
                (f"{decision.subject}  ", "bold"),
                "in the title  " if decision.field == "title" else "",
                f"{printable(decision.form)}  {decision.start} to {decision.end}  ",
                (f"{decision.rule}{printable(told)}", "" if decision.counts else style),
            ),
            soft_wrap=True,
        )
    if not decisions:
        console.print("  nothing that resembles a name of the watchlist", style="dim")


def _marked(text: str, decisions: "Sequence[Decision]") -> Text:
    marked, position = Text(), 0
    for decision in decisions:
        if decision.start < position:
            continue
        marked.append(printable(text[position : decision.start]))
        style = "bold green" if decision.counts else "yellow"
        marked.append(printable(decision.form), style=style)
        position = decision.end
    return marked.append(printable(text[position:]))


class _Matchers:
    """A matcher for each platform: consents stand for named platforms."""

    def __init__(
        self, watchlist: Watchlist, now: datetime, relevance: "RelevanceModel | None" = None
    ) -> None:
        self._watchlist = watchlist
        self._now = now
        self._relevance = relevance
        self._thresholds = {subject.id: subject.relevance for subject in watchlist.subject}
        self._by_subjects: dict[tuple[str, ...], SubjectMatcher] = {}

    def of(self, platform: str | None) -> "SubjectMatcher":
        """Give the matcher for texts of *platform* (None: unknown)."""
        from enrichment.matching.subjects import SubjectMatcher

        watched = self._watched(platform)
        ids = tuple(subject.id for subject in watched)
        if ids not in self._by_subjects:
            self._by_subjects[ids] = SubjectMatcher(watched)
        return self._by_subjects[ids]

    def sift(
        self, title: str | None, text: str, found: "list[Match]"
    ) -> "tuple[list[Match], Mapping[str, float]]":
        """Leave out what is probably about something else, as far as that was taught."""
        if self._relevance is None:
            return found, {}
        return self._relevance.sift(title or "", text, found, self._thresholds)

    def judged(
        self, title: str | None, text: str, decisions: "Sequence[Decision]"
    ) -> "Sequence[Decision]":
        """Add to decisions how probable it is that the text is about the subject."""
        from enrichment.matching.explanation import with_relevance

        if self._relevance is None:
            return decisions
        return with_relevance(
            decisions,
            self._relevance,
            title=title or "",
            text=text,
            thresholds=self._thresholds,
        )

    def _watched(self, platform: str | None) -> Sequence[Subject]:
        if platform is not None:
            return self._watchlist.watched(platform, self._now)
        return [
            subject
            for subject in self._watchlist.subject
            if subject.consent is None or subject.consent.stands(self._now)
        ]


def _taught_or_exit(settings: Settings, watchlist: Watchlist) -> "RelevanceModel | None":
    """Read what was taught, or say why that can't be and end with code 2."""
    if not settings.relevance.exists():
        return None
    from enrichment.relevance.using import model_in_use

    try:
        return model_in_use(settings, watchlist)
    except ConfigurationError as error:
        print_mistakes(error.mistakes, Console(stderr=True), style="red")
        raise typer.Exit(WRONG_CONFIGURATION) from error


def _watchlist_or_exit(settings: Settings) -> Watchlist:
    """Read the watchlist, or print every mistake in it and end with code 2."""
    document, unread = read_document(settings.config / "watchlist.toml")
    mistakes: list[Mistake] = list(unread)
    if not mistakes:
        watchlist, mistakes = validate(document, Watchlist)
        mistakes += watchlist_mistakes(document, settings.clock())
        if watchlist is not None and not mistakes:
            return watchlist
    print_mistakes(tuple(mistakes), Console(stderr=True), style="red")
    raise typer.Exit(WRONG_CONFIGURATION)
