"""What people write, on every platform: an item by hand and what it is read as, or why there is none."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from tests.collectors import bluesky_answers, mastodon_answers, replay_hackernews, replay_youtube
from tests.collectors import test_reddit as reddit_answers
from tests.collectors import test_x as x_answers
from tests.collectors.platforms import PLATFORMS, Platform
from tests.replay import Answer, Request

ASPECTS = (
    "time zones",
    "reposts",
    "quotes",
    "replies",
    "deleted authors",
    "media only",
    "polls",
    "languages",
    "emoji, combining characters, scripts",
)

WORDS = "Acme 🍺👩‍💻🇧🇪 cafe\u0301 naïve アクメ أكمي Ακμή"
MORNING = datetime(2026, 11, 23, 6, 30, tzinfo=UTC)
IN_BRUSSELS, IN_INDIA = "2026-11-23T07:30:00+01:00", "2026-11-23T12:00:00+05:30"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One item and the fields that it is read as."""

    platform: Platform
    item: Any
    reads: Mapping[str, Any]


Cell = Case | str
"""A case, or the reason why the platform has no such thing."""

_BY_ID = {platform.id: platform for platform in PLATFORMS}


def _cases(
    platform: Platform, **cells: tuple[Any, Mapping[str, Any]] | Case | str
) -> dict[str, Cell]:
    """Name the cells by the aspects in their order; a tuple holds an item and what it is read as."""
    made: dict[str, Cell] = {}
    for aspect, cell in zip(ASPECTS, cells.values(), strict=True):
        is_pair = isinstance(cell, tuple)
        made[aspect] = Case(platform=platform, item=cell[0], reads=cell[1]) if is_pair else cell
    return made


# --- X -----------------------------------------------------------------------------------


def _x(**values: Any) -> dict[str, Any]:
    return x_answers.post(1, **values)


def _x_about(word: str) -> dict[str, Any]:
    return _x(referenced_tweets=[{"type": word, "id": "77"}], conversation_id="70")


X = _cases(
    _BY_ID["x"],
    zones=(_x(created_at=IN_BRUSSELS), {"created_at": MORNING}),
    repost=(_x_about("retweeted"), {"kind": "repost", "parent_id": "77", "is_repost": True}),
    quote=(_x_about("quoted"), {"kind": "quote", "parent_id": "77", "is_quote": True}),
    reply=(_x_about("replied_to"), {"kind": "reply", "parent_id": "77", "root_id": "70"}),
    # Who wrote it is told by id only, where X gives the account no more.
    deleted=(_x(), {"author_handle": None, "author_name": None, "author_id": "7"}),
    media=(
        _x(text="https://t.co/a1", attachments={"media_keys": ["3_1"]}),
        {"text": "https://t.co/a1", "kind": "post"},
    ),
    poll=(
        _x(text="Acme or water?", attachments={"poll_ids": ["9"]}),
        {"text": "Acme or water?", "kind": "post"},
    ),
    language=(_x(lang="nl"), {"language_tag": "nl"}),
    words=(_x(text=WORDS), {"text": WORDS}),
)

# --- Reddit ------------------------------------------------------------------------------

REDDIT = _cases(
    _BY_ID["reddit"],
    zones=(
        reddit_answers.comment(1, created_utc=MORNING.timestamp()),
        {"created_at": MORNING},
    ),
    repost=(
        reddit_answers.post(1, crosspost_parent="t3_first"),
        {"is_repost": True, "parent_id": "t3_first"},
    ),
    quote="a quotation is a part of the text",
    reply=(
        reddit_answers.comment(1),
        {"kind": "comment", "parent_id": "t1_c0", "root_id": "t3_p1"},
    ),
    deleted=(
        reddit_answers.post(1, author="[deleted]", author_fullname=None, selftext="[deleted]"),
        {"author_handle": None, "author_id": None, "text": "[deleted]"},
    ),
    media=(
        reddit_answers.post(1, url="https://i.redd.it/a.png", is_self=False),
        {"text": "", "title": "Acme 1", "kind": "post"},
    ),
    poll=(
        reddit_answers.post(1, poll_data={"options": [{"id": "1", "text": "water"}]}),
        {"text": "", "title": "Acme 1", "kind": "post"},
    ),
    language="it is not stated",
    words=(reddit_answers.comment(1, body=WORDS), {"text": WORDS}),
)

# --- feeds -------------------------------------------------------------------------------

_NO_THREADS = "an article stands for itself"


def _entry(rest: str) -> str:
    return f"<id>e1</id>{rest}"


FEED = _cases(
    _BY_ID["feed-xml"],
    zones=(_entry(f"<published>{IN_BRUSSELS}</published>"), {"created_at": MORNING}),
    repost=_NO_THREADS,
    quote=_NO_THREADS,
    reply=_NO_THREADS,
    deleted=(_entry("<title>Acme</title>"), {"author_name": None, "author_handle": None}),
    media=(
        _entry("<link rel='enclosure' href='https://a.example/1.mp3'/>"),
        {"text": "", "title": None, "kind": "article"},
    ),
    poll="a poll is a part of the page",
    language=(_entry("<title xml:lang='nl-BE'>Acme</title>"), {"language_tag": "nl-BE"}),
    words=(_entry(f"<title>{WORDS}</title>"), {"title": WORDS}),
)
JSON_FEED = _cases(
    _BY_ID["feed-json"],
    zones=({"id": "1", "date_published": IN_INDIA}, {"created_at": MORNING}),
    repost=_NO_THREADS,
    quote=_NO_THREADS,
    reply=_NO_THREADS,
    deleted=({"id": "1", "authors": []}, {"author_name": None, "author_handle": None}),
    media=(
        {"id": "1", "attachments": [{"url": "https://a.example/1.mp3", "mime_type": "audio/mpeg"}]},
        {"text": "", "title": None, "kind": "article"},
    ),
    poll="a poll is a part of the page",
    language=({"id": "1", "language": "nl-BE"}, {"language_tag": "nl-BE"}),
    words=({"id": "1", "content_text": WORDS}, {"text": WORDS}),
)

# --- Mastodon ----------------------------------------------------------------------------


def _account_beside(request: Request) -> Answer | None:
    if not request.path.endswith("/accounts/lookup"):
        return None
    return Answer.of({"id": request.query["acct"].partition("@")[0]})


_MASTODON = _BY_ID["mastodon"]
_ACCOUNT_OF_MASTODON = replace(
    _MASTODON,
    settings=lambda word: {"query": "#acme", "accounts": [f"{word}@m.example"]},
    stream="account:",
    beside=_account_beside,
)
_URI = "https://social.example/users/an/statuses/77"


def _status(**values: Any) -> dict[str, Any]:
    return mastodon_answers.status(1, **values)


MASTODON = _cases(
    _MASTODON,
    zones=(_status(created_at=IN_BRUSSELS), {"created_at": MORNING}),
    repost=Case(
        platform=_ACCOUNT_OF_MASTODON,
        item=_status(content="", reblog=_status(uri=_URI, content="<p>Acme, boosted</p>")),
        reads={"kind": "repost", "is_repost": True, "parent_id": _URI, "text": "Acme, boosted"},
    ),
    quote=(
        _status(quote={"state": "accepted", "quoted_status": {"uri": _URI}}),
        {"kind": "quote", "is_quote": True, "parent_id": _URI},
    ),
    # Whose post it answers is known here by the instance's own number only.
    reply=(_status(in_reply_to_id="77"), {"kind": "reply", "parent_id": None, "root_id": None}),
    deleted=(
        _status(account=None),
        {"author_id": None, "author_handle": None, "author_name": None},
    ),
    media=(
        _status(content="", media_attachments=[{"type": "image", "description": "A glass"}]),
        {"text": "A glass", "kind": "post"},
    ),
    poll=(
        _status(poll={"options": [{"title": "Acme"}, {"title": "water"}]}),
        {"text": "Acme 1\nAcme\nwater"},
    ),
    language=(_status(language="fr"), {"language_tag": "fr"}),
    words=(_status(content=f"<p>{WORDS}</p>"), {"text": WORDS}),
)

# --- Bluesky -----------------------------------------------------------------------------

_BLUESKY = _BY_ID["bluesky"]
_ACCOUNT_OF_BLUESKY = replace(
    _BLUESKY,
    settings=lambda word: {"query": "acme", "accounts": [f"{word}.example"]},
    stream="account:",
    item=lambda number, text: bluesky_answers.entry(number, record={"text": text}),
    page=bluesky_answers.feed,
)
_AT = "at://did:plc:an/app.bsky.feed.post/77"


def _post(**record: Any) -> dict[str, Any]:
    return bluesky_answers.post(1, record=record)


BLUESKY = _cases(
    _BLUESKY,
    zones=(_post(createdAt=IN_INDIA), {"created_at": MORNING}),
    repost=Case(
        platform=_ACCOUNT_OF_BLUESKY,
        item=bluesky_answers.entry(60)
        | {
            "reason": {
                "$type": "app.bsky.feed.defs#reasonRepost",
                "by": bluesky_answers.author("an"),
                "uri": "at://did:plc:an/app.bsky.feed.repost/5",
                "indexedAt": "2026-11-23T06:30:00.000Z",
            }
        },
        reads={
            "kind": "repost",
            "is_repost": True,
            "native_id": "at://did:plc:an/app.bsky.feed.repost/5",
            "parent_id": "at://did:plc:jan/app.bsky.feed.post/60",
            "author_handle": "an.example",
            "created_at": MORNING,
        },
    ),
    quote=(
        _post(embed={"$type": "app.bsky.embed.record", "record": {"uri": _AT, "cid": "b"}}),
        {"kind": "quote", "is_quote": True, "parent_id": _AT},
    ),
    reply=(
        _post(reply={"parent": {"uri": _AT}, "root": {"uri": "at://root"}}),
        {"kind": "reply", "parent_id": _AT, "root_id": "at://root"},
    ),
    deleted=(
        bluesky_answers.post(1, author={"did": "did:plc:jan", "handle": "handle.invalid"}),
        {"author_id": "did:plc:jan", "author_handle": None, "author_name": None},
    ),
    media=(
        _post(text="", embed={"$type": "app.bsky.embed.images", "images": [{"alt": "A glass"}]}),
        {"text": "A glass", "kind": "post"},
    ),
    poll="it has no polls",
    language=(_post(langs=["fr", "nl"]), {"language_tag": "fr"}),
    words=(_post(text=WORDS), {"text": WORDS}),
)

# --- Hacker News -------------------------------------------------------------------------

HACKERNEWS = _cases(
    _BY_ID["hackernews"],
    zones=(replay_hackernews.comment(1, MORNING), {"created_at": MORNING}),
    repost="a link that is given again is another story",
    quote="a quotation is a part of the text",
    reply=(
        replay_hackernews.comment(1, parent_id=41, story_id=7),
        {"kind": "comment", "parent_id": "41", "root_id": "7"},
    ),
    deleted=(
        replay_hackernews.comment(1, author="[deleted]"),
        {"author_id": None, "author_handle": None},
    ),
    media="it shows no pictures",
    poll=(
        replay_hackernews.story(
            1, title="Acme or water?", url=None, _tags=["poll", "author_someone", "poll_1"]
        ),
        {"kind": "post", "title": "Acme or water?", "text": ""},
    ),
    language="it is not stated",
    words=(replay_hackernews.comment(1, comment_text=WORDS), {"text": WORDS}),
)

# --- YouTube -----------------------------------------------------------------------------

_YOUTUBE = _BY_ID["youtube"]
_COMMENTS = replace(
    _YOUTUBE,
    settings=lambda word: {"query": "acme", "accounts": ["UC" + word.ljust(22, "a")]},
    stream="comments:",
    item=lambda number, text: replay_youtube.thread(f"t{number}", textDisplay=text),
)


def _found(**snippet: Any) -> dict[str, Any]:
    return replay_youtube.result(1, **snippet)


def _lists_it_beside(request: Request) -> Answer | None:
    """The look-up, which alone states a language."""
    listed = [replay_youtube.video(1, defaultAudioLanguage="fr-BE")]
    return replay_youtube.listing(listed) if request.path.endswith("/videos") else None


YOUTUBE = _cases(
    _YOUTUBE,
    zones=(_found(publishedAt=IN_BRUSSELS), {"created_at": MORNING}),
    repost="a video that is uploaded again is another one",
    quote="a quotation is a part of the text",
    reply=Case(
        platform=_COMMENTS,
        item=replay_youtube.thread("t1"),
        reads={"kind": "comment", "parent_id": "yt:video:v1", "root_id": "yt:video:v1"},
    ),
    deleted=Case(
        platform=_COMMENTS,
        item=replay_youtube.thread("t1", authorDisplayName="", authorChannelId=None),
        reads={"author_id": None, "author_handle": None, "author_name": None},
    ),
    media=(_found(description=""), {"text": "", "title": "Acme '1'", "kind": "post"}),
    poll="polls of channels are not in the API",
    language=Case(
        platform=replace(_YOUTUBE, beside=_lists_it_beside),
        item=_found(),
        reads={"language_tag": "fr-BE", "text": "All about Acme, whole, 1"},
    ),
    words=Case(
        platform=_COMMENTS,
        item=replay_youtube.thread("t1", textDisplay=WORDS),
        reads={"text": WORDS},
    ),
)

CELLS: Mapping[str, Mapping[str, Cell]] = {
    "bluesky": BLUESKY,
    "feed-xml": FEED,
    "feed-json": JSON_FEED,
    "hackernews": HACKERNEWS,
    "mastodon": MASTODON,
    "reddit": REDDIT,
    "x": X,
    "youtube": YOUTUBE,
}
