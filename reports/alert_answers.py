"""The commands by which people answer an incident: `luisterpost alert ack ID` and the like."""

import getpass
import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from

if TYPE_CHECKING:
    from warehouse.desk.answers import NewAnswer
    from warehouse.desk.incidents import AnswerKind, StandingIncident

SHORT_ID = 8

_ONE_WORD = re.compile(r"[\w-]{2,60}")
_MOST_WORDS = 20
_LONGEST = timedelta(days=366)

IncidentArgument = Annotated[
    str, typer.Argument(metavar="ID", help="The incident's id, or its first four digits.")
]
ByOption = Annotated[
    str | None,
    typer.Option("--by", metavar="NAME", help="Who says so.  [default: who is logged in]"),
]
CommentOption = Annotated[str | None, typer.Option(help="What others should know.")]
WordOption = Annotated[
    list[str] | None,
    typer.Option(
        "--word",
        metavar="WORD",
        help="Only stories with this word; may be repeated.  [default: the words that set it apart]",
    ),
]


def ack(
    context: typer.Context,
    incident: IncidentArgument,
    *,
    by: ByOption = None,
    comment: CommentOption = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Say that somebody has an incident: no more updates, unless it gets more severe.

    Its end is mailed all the same.

    Example: `luisterpost alert ack 1c1c --by "An Peeters"`
    """
    settings = settings_from(context, home, config, now)
    _answer(settings, incident, "ack", by=by, comment=comment)


def snooze(
    context: typer.Context,
    incident: IncidentArgument,
    *,
    lasts: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="How long.  [default: 4 h]")
    ] = None,
    by: ByOption = None,
    comment: CommentOption = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Put updates of an incident off for a while; one that gets more severe is told at once.

    Example: `luisterpost alert snooze 1c1c --for "2 h"`
    """
    settings = settings_from(context, home, config, now)
    _answer(settings, incident, "snooze", by=by, comment=comment, lasts=_duration(lasts))


def mute(
    context: typer.Context,
    incident: IncidentArgument,
    *,
    lasts: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="How long.  [default: 7 days]")
    ] = None,
    word: WordOption = None,
    by: ByOption = None,
    comment: CommentOption = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    End an incident whose story is known: for a while that story alerts no more.

    The story is known by the words that were new in it; other stories still alert. Where
    no words set it apart, nothing about the subject alerts that is not more severe.

    Example: `luisterpost alert mute 1c1c --for "3 days" --word recall`
    """
    settings = settings_from(context, home, config, now)
    _answer(settings, incident, "mute", by=by, comment=comment, lasts=_duration(lasts), words=word)


def not_us(
    context: typer.Context,
    incident: IncidentArgument,
    *,
    lasts: Annotated[
        str | None, typer.Option("--for", metavar="TIME", help="How long.  [default: 30 days]")
    ] = None,
    word: WordOption = None,
    by: ByOption = None,
    comment: CommentOption = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    End an incident that is not about us: it counts as a false alarm, and alerts no more.

    Holds back the same stories as `mute`, for longer. Can also be said once it is closed.

    Example: `luisterpost alert not-us 1c1c --word falcon`
    """
    settings = settings_from(context, home, config, now)
    _answer(
        settings, incident, "not_us", by=by, comment=comment, lasts=_duration(lasts), words=word
    )


def close(
    context: typer.Context,
    incident: IncidentArgument,
    *,
    by: ByOption = None,
    comment: CommentOption = None,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    End an incident that is over; for six hours only something more severe opens another.

    Example: `luisterpost alert close 1c1c --comment "shop reopened"`
    """
    settings = settings_from(context, home, config, now)
    _answer(settings, incident, "close", by=by, comment=comment)


@contextmanager
def told_mistakes() -> Iterator[None]:
    """End with exit code 2 and the message where the person at the terminal can help."""
    from warehouse.desk.answers import AnswerRefusedError
    from warehouse.desk.incidents import UnknownIncidentError
    from warehouse.errors import SnapshotMissingError

    try:
        yield
    except (SnapshotMissingError, UnknownIncidentError, AnswerRefusedError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from error


def _answer(
    settings: Settings,
    wanted: str,
    kind: "AnswerKind",
    *,
    by: str | None,
    comment: str | None,
    lasts: timedelta | None = None,
    words: list[str] | None = None,
) -> None:
    from reports.foreign_text import plain
    from warehouse.desk.answers import NewAnswer, write_answer
    from warehouse.desk.connection import desk_url, open_desk, require_desk
    from warehouse.desk.incidents import find_incident

    require_desk(settings.desk)
    who, ground = _name(by), _words(words)
    with told_mistakes():
        if kind in {"mute", "not_us"} and not ground:
            with open_desk(desk_url(settings.desk)) as desk:
                known = find_incident(desk, wanted)
            # Read outside the desk's transaction: others may write meanwhile.
            ground = _found_words(settings, known)
        answer = NewAnswer(
            kind=kind,
            who=who,
            comment=plain(comment) if comment else None,
            lasts=lasts,
            words=ground,
        )
        with open_desk(desk_url(settings.desk)) as desk:
            found = find_incident(desk, wanted)
            if words and found.cause != "volume":
                msg = "a failing source has no words: leave it out"
                raise typer.BadParameter(msg, param_hint="--word")
            is_new = write_answer(desk, found, answer, now=settings.clock())
            stands = find_incident(desk, found.id)
    typer.echo(_told(stands, answer, is_new=is_new))


def _told(incident: "StandingIncident", answer: "NewAnswer", *, is_new: bool) -> str:
    """Say what now holds."""
    key, ended = f"{incident.id[:SHORT_ID]} {incident.subject_id}", incident.dismissal
    if answer.kind == "ack":
        said = f"{answer.who} has it; no more updates{_unless(incident)}"
    elif answer.kind == "snooze":
        said = f"no updates until {incident.snoozed_until:%Y-%m-%d %H:%M} UTC{_unless(incident)}"
    elif ended is None:
        return f"{key}: was closed on {incident.closed_at:%Y-%m-%d %H:%M} UTC already"
    else:
        start = {
            "mute": f"{ended.who} muted it",
            "not_us": f"{ended.who} says that it is not about us: a false alarm",
            "close": f"{ended.who} closed it",
        }[ended.kind]
        mailed = "" if incident.closed_at else "; the next round of alerts closes it"
        said = f"{start}{mailed}\n{told_rest(incident)}"
    return f"{key}: {'' if is_new else 'said already: '}{said}"


def told_rest(incident: "StandingIncident") -> str:
    """Say what alerts no more, and until when; empty: nothing was ended by a person."""
    ended = incident.dismissal
    if ended is None:
        return ""
    until = f"until {ended.until:%Y-%m-%d %H:%M} UTC"
    if ended.words:
        return f"no alert {until} on stories with: {', '.join(ended.words)}"
    return f"no alert {until} on {incident.subject_id}{_unless(incident)}"


def _unless(incident: "StandingIncident") -> str:
    can_rise = incident.cause == "volume" and incident.severity > 1
    return f" unless it is worse than SEV{incident.severity}" if can_rise else ""


def _found_words(settings: Settings, incident: "StandingIncident") -> list[str]:
    from reports.alert_muting import story_words
    from warehouse.connection import open_snapshot
    from warehouse.query import rows

    if incident.cause != "volume" or not settings.snapshot.exists():
        return []
    with closing(open_snapshot(settings.snapshot)) as connection:
        return list(story_words(partial(rows, connection), incident))


def _name(by: str | None) -> str:
    from reports.foreign_text import plain

    try:
        who = plain(getpass.getuser() if by is None else by)
    except (ImportError, KeyError, OSError):
        who = ""
    if not who:
        msg = "say who you are"
        raise typer.BadParameter(msg, param_hint="--by")
    return who


def _words(given: list[str] | None) -> list[str]:
    from reports.foreign_text import plain

    words = [plain(word).removeprefix("#").lower() for word in given or ()]
    if len(words) > _MOST_WORDS or not all(_ONE_WORD.fullmatch(word) for word in words):
        msg = f"one word each, of two letters or more, at most {_MOST_WORDS}"
        raise typer.BadParameter(msg, param_hint="--word")
    return list(dict.fromkeys(words))


def _duration(text: str | None) -> timedelta | None:
    from collectors.sources import parse_duration

    if text is None:
        return None
    try:
        lasts: timedelta = parse_duration(text)
    except ValueError as error:
        msg = f"'{text}' {error}"
        raise typer.BadParameter(msg, param_hint="--for") from error
    if lasts > _LONGEST:
        msg = "a year at most"
        raise typer.BadParameter(msg, param_hint="--for")
    return lasts
