"""The hand-written stock: what the sample world's people say, read from the files in `stock/`."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Literal

Tone = Literal["negative", "neutral", "positive"]

LANGUAGES = ("nl", "fr", "en", "de")
_FOLDER = Path(__file__).parent / "stock"


@dataclass(frozen=True, kw_only=True, slots=True)
class Say:
    """One hand-written text; `{a|b}` marks what people would put another way next time."""

    language: str
    topic: str
    subjects: tuple[str, ...]
    tone: Tone
    on: tuple[str, ...]
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """How an article reads some hours after it appeared."""

    after_h: float
    title: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Article:
    """One hand-written article."""

    language: str
    topic: str
    subjects: tuple[str, ...]
    tone: Tone
    site: str
    title: str
    text: str
    at_h: float | None = None
    """Hours after the last week's Monday 00:00 UTC; None: any time of the eight weeks."""
    is_own: bool = False
    reprints: tuple[str, ...] = ()
    edit: Edit | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Thread:
    """A post that others comment on, and the topics of the comments that belong there."""

    language: str
    subreddit: str
    title: str
    text: str
    takes: tuple[str, ...]
    subjects: tuple[str, ...] = ()
    tone: Tone = "neutral"
    author: str | None = None
    is_weekly: bool = False
    at_h: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ForumTopic:
    """Titles under which the forum's posts of some topics stand."""

    language: str
    takes: tuple[str, ...]
    titles: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPosts:
    """What an organisation says on its own account."""

    account: str
    language: str
    subjects: tuple[str, ...]
    texts: tuple[str, ...]
    at_h: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Flood:
    """The one text of the spam flood."""

    subjects: tuple[str, ...]
    tone: Tone
    text: str


@cache
def says() -> tuple[Say, ...]:
    """Read the short posts and comments of all languages."""
    return tuple(
        Say(
            language=language,
            topic=group["topic"],
            subjects=tuple(group["subjects"]),
            tone=group["tone"],
            on=tuple(group["on"]),
            text=text,
        )
        for language in LANGUAGES
        for group in _tables(f"posts_{language}", "say")
        for text in group["texts"]
    )


@cache
def articles() -> tuple[Article, ...]:
    """Read the articles of all languages."""
    return tuple(
        _article(table, language)
        for language in LANGUAGES
        for table in _tables(f"articles_{language}", "article")
    )


@cache
def press_release() -> Article:
    """Read the press release that ten sites reprint."""
    return _article(_read("articles_nl")["press_release"], "nl")


@cache
def threads() -> tuple[Thread, ...]:
    """Read the posts of the subreddits that others comment on."""
    return tuple(
        Thread(
            language=table["lang"],
            subreddit=table["subreddit"],
            title=table["title"],
            text=table["text"],
            takes=tuple(table["takes"]),
            subjects=tuple(table.get("subjects", ())),
            tone=table.get("tone", "neutral"),
            author=table.get("author"),
            is_weekly=table.get("weekly", False),
            at_h=_at_h(table),
        )
        for table in _tables("threads", "thread")
    )


@cache
def forum_topics() -> tuple[ForumTopic, ...]:
    """Read the forum's titles."""
    return tuple(
        ForumTopic(
            language=table["lang"], takes=tuple(table["takes"]), titles=tuple(table["titles"])
        )
        for table in _tables("threads", "topic")
    )


@cache
def own_posts() -> tuple[OwnPosts, ...]:
    """Read what the organisations say of themselves."""
    return tuple(
        OwnPosts(
            account=table["as"],
            language=table["lang"],
            subjects=tuple(table["subjects"]),
            texts=tuple(table["texts"]),
            at_h=_at_h(table),
        )
        for table in _tables("own_posts", "own")
    )


@cache
def flood() -> Flood:
    """Read the flood's text."""
    table = _read("own_posts")["flood"]
    return Flood(subjects=tuple(table["subjects"]), tone=table["tone"], text=table["text"])


def _article(table: Mapping[str, Any], language: str) -> Article:
    edit = table.get("edit")
    return Article(
        language=language,
        topic=table["topic"],
        subjects=tuple(table["subjects"]),
        tone=table["tone"],
        site=table["site"],
        title=table["title"],
        text=table["text"],
        at_h=_at_h(table),
        is_own=table.get("own", False),
        reprints=tuple(table.get("reprints", ())),
        edit=Edit(**edit) if edit else None,
    )


def _at_h(table: Mapping[str, Any]) -> float | None:
    at = table.get("at")
    return None if at is None else float(at["day"] * 24 + at["hour"])


def _tables(name: str, kind: str) -> Iterator[dict[str, Any]]:
    yield from _read(name)[kind]


@cache
def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
