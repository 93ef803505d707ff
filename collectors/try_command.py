"""The command `try`: ask a source live, one of the configuration or one that is described on the spot."""

import os
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, NoReturn

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.text import Text

from collectors.configuration.check import WRONG_CONFIGURATION, count_of
from collectors.configuration.configured import read_or_exit
from collectors.configuration.mistakes import one_of, printable
from collectors.contract import Credential
from collectors.mention import Mention
from collectors.settings import ConfigOption, HomeOption, NowOption, Settings, settings_from
from collectors.sources import Source
from collectors.trying import Tried, mention_json, mention_lines, try_streams
from collectors.watchlist import Watchlist

notes = Console(stderr=True)

_SHOWN_PROBLEMS = 5
_NOBODY = Watchlist.model_construct(subject=())


def try_source(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(metavar="SOURCE", help="Its name in sources.toml.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, help="Mentions of each stream.")] = 20,
    platform: Annotated[
        str | None,
        typer.Option(help="A source that is not configured: its platform, such as hackernews."),
    ] = None,
    query: Annotated[str | None, typer.Option(help="With --platform: what to look for.")] = None,
    url: Annotated[
        list[str] | None, typer.Option(help="With --platform feed: an address; repeatable.")
    ] = None,
    account: Annotated[
        list[str] | None, typer.Option(help="With --platform: an account; repeatable.")
    ] = None,
    subreddit: Annotated[
        list[str] | None, typer.Option(help="With --platform reddit: its name; repeatable.")
    ] = None,
    credential: Annotated[
        str | None,
        typer.Option(help="With --platform: the credential's name.  [default: PLATFORM_main]"),
    ] = None,
    base_url: Annotated[
        str | None, typer.Option(help="Ask this address instead of the configured one.")
    ] = None,
    as_json: Annotated[
        bool | None,
        typer.Option(
            "--json/--text", help="Lines of JSON, or text.  [default: text on a terminal]"
        ),
    ] = None,
    raw: Annotated[
        bool, typer.Option("--raw/--no-raw", help="JSON with the source's own records.")
    ] = True,
    home: HomeOption = None,
    config: ConfigOption = None,
    now: NowOption = None,
) -> None:
    """
    Ask a source live and print its mentions; nothing is written.

    Name a source of sources.toml, or describe one:

    - luisterpost try news
    - luisterpost try --platform hackernews --query acme
    - luisterpost try --platform feed --url https://news.example/rss.xml

    What was asked and how long it took stands on stderr. Exit code: 1 if a
    stream did not answer as asked.
    """
    settings = settings_from(context, home, config, now)
    asked = {"query": query, "urls": url, "accounts": account, "subreddits": subreddit}
    given = {key: value for key, value in asked.items() if value}
    if platform is not None:
        if name is not None:
            _misused("give a source's name or --platform, not both")
        source, watchlist = _described(platform, given, credential), _watchlist_if_any(settings)
    elif name is None:
        _misused("name a source of sources.toml, or give --platform and what to ask")
    elif given or credential:
        _misused("--query, --url, --account, --subreddit and --credential go with --platform")
    else:
        source, watchlist = _configured(name, settings)
    if base_url is not None:
        source = source.model_copy(update={"base_url": base_url})
    is_json = not sys.stdout.isatty() if as_json is None else as_json

    def show(mention: Mention) -> None:
        is_owned = watchlist.owns(mention.platform, mention.author_handle, mention.url)
        if is_json:
            typer.echo(mention_json(mention, is_owned=is_owned, with_raw=raw))
        else:
            for line in mention_lines(mention, is_owned=is_owned):
                typer.echo(printable(line))

    tried = _tried(source, watchlist, settings, limit, show)
    if not tried:
        _fail(f"source '{source.name}' has nothing to ask: give it a query, accounts or urls")
    raise typer.Exit(1 if any(stream.error for stream in tried) else 0)


def _tried(
    source: Source,
    watchlist: Watchlist,
    settings: Settings,
    limit: int,
    show: Callable[[Mention], None],
) -> list[Tried]:
    """Ask every stream and tell how it answered."""
    from collectors.credentials import hide_secrets
    from collectors.registry import collector_for, missing_extra

    if remedy := missing_extra(source.platform):
        _fail(f"{source.platform} needs a library that is not installed: {remedy}")
    collector = collector_for(source.platform)
    credential = _credential_or_exit(source, is_needed=collector.needs_credential)
    tried = []
    for found in try_streams(
        source,
        collector=collector,
        credential=credential,
        watchlist=watchlist,
        clock=settings.clock,
        limit=limit,
    ):
        if not isinstance(found, Tried):
            show(found)
            continue
        tried.append(found)
        for line in _story_of(found):
            _say(printable(hide_secrets(line, credential)), "red" if found.error else "")
    return tried


def _story_of(tried: Tried) -> Iterator[str]:
    asked = ", ".join(f"{key}={value}" for key, value in sorted(tried.stream.params.items()))
    yield f"{tried.stream.key} [{tried.stream.reach}] {asked}"
    counts = f"{count_of(tried.mentions, 'mention')}, {count_of(tried.requests, 'request')}"
    first = f", the first answer after {tried.first_s:.2f} s" if tried.first_s is not None else ""
    yield f"  {counts}, {tried.took_s:.2f} s{first}"
    if tried.oldest_at and tried.newest_at:
        span = f"{tried.oldest_at:%Y-%m-%d %H:%M} to {tried.newest_at:%Y-%m-%d %H:%M} UTC"
        yield f"  from {span}{'; there is more' if tried.is_cut else ''}"
    if tried.lacking:
        lacking = ", ".join(f"{name} ({count})" for name, count in tried.lacking.items())
        yield f"  without {lacking}"
    problems = Counter(item.error for item in tried.unreadable).most_common()
    for problem, times in problems[:_SHOWN_PROBLEMS]:
        yield f"  unreadable: {problem}{f' ({times} times)' if times > 1 else ''}"
    if len(problems) > _SHOWN_PROBLEMS:
        yield f"  … and {sum(times for _, times in problems[_SHOWN_PROBLEMS:])} more unreadable"
    if tried.error:
        yield f"  {tried.error}"


def _configured(name: str, settings: Settings) -> tuple[Source, Watchlist]:
    configuration = read_or_exit(settings)
    known = [source.name for source in configuration.sources.source]
    if name not in known:
        _misused(f"there is no source '{name}' in sources.toml: {one_of(name, known)}")
    return configuration.sources.named(name), configuration.watchlist


def _described(platform: str, given: Mapping[str, Any], credential: str | None) -> Source:
    """Make a source of what the command line says; without a word all comes from the watchlist."""
    from collectors.registry import PLATFORMS, collector_for

    if platform not in PLATFORMS:
        _misused(f"there is no platform '{platform}': {one_of(platform, list(PLATFORMS))}")
    collector = collector_for(platform)
    if credential is None and collector.needs_credential:
        credential = f"{platform}_main"
    values = {"name": platform, "platform": platform, "credential": credential, **given}
    try:
        source = Source.model_validate({"accounts": (), **values} if given else values)
    except ValidationError as error:
        _fail("\n".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))
    mistakes = [f"{platform}, {key}: {advice}" for key, advice in collector.mistakes(source)]
    if mistakes:
        _fail("\n".join(mistakes))
    return source


def _watchlist_if_any(settings: Settings) -> Watchlist:
    """Read the watchlist, from which a source without a query takes its own; there may be none yet."""
    if not (settings.config / "watchlist.toml").exists():
        return _NOBODY
    return read_or_exit(settings).watchlist


def _credential_or_exit(source: Source, *, is_needed: bool) -> Credential | None:
    from collectors.credentials import CredentialError, credential_from_environment, variable_of

    if source.credential is None:
        if is_needed:
            _fail(f"source '{source.name}' names no credential")
        return None
    try:
        credential = credential_from_environment(source.credential, os.environ)
    except CredentialError as error:
        _fail(str(error))
    if credential is None:
        _fail(f"{variable_of(source.credential)} is not set: '{source.name}' can't be asked")
    return credential


def _misused(message: str) -> NoReturn:
    raise typer.BadParameter(message)


def _fail(message: str) -> NoReturn:
    for line in message.split("\n"):
        _say(printable(line), "red")
    raise typer.Exit(WRONG_CONFIGURATION)


def _say(message: str, style: str = "") -> None:
    notes.print(Text(message, style=style), soft_wrap=True)
