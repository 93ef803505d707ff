"""Every platform in one shape: a source that asks for one word, a page of its answers, its items."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from collectors.contract import Credential
from collectors.feed_coverage import Articles, Memory, remember
from collectors.sources import Source
from tests.collectors import bluesky_answers, mastodon_answers, replay_hackernews, replay_youtube
from tests.collectors import test_reddit as reddit_answers
from tests.collectors import test_x as x_answers
from tests.collectors.feed_jobs import atom
from tests.collectors.rounds import NOW, source_at
from tests.collectors.test_feeds_json import feed as json_feed
from tests.collectors.test_reddit_recorded import APP
from tests.replay import Answer, Request

WAIT_S = 90
_UNTIL = NOW + timedelta(seconds=WAIT_S)
_EPOCH = str(_UNTIL.timestamp())
_HOST = "http://feeds.example"


def _nothing_beside(request: Request) -> Answer | None:
    del request
    return None


@dataclass(frozen=True, kw_only=True)
class Platform:
    """How a platform is asked for one word, and what it answers."""

    name: str
    """As in the registry."""
    form: str = ""
    """Which of a platform's ways to answer, where it has several."""
    settings: Callable[[str], Mapping[str, Any]]
    """What a source says that asks for one word."""
    stream: str = "search:"
    """How the key of the stream begins that asks for it."""
    credential: Credential | None = None
    item: Callable[[int, str], Any]
    """An item so many minutes old, with a text."""
    broken: Any
    """An item that can't be read; None: every item can."""
    page: Callable[[Sequence[Any], str | None], Answer]
    """An answer, and where the next one is; None: it is the last."""
    cursor: Callable[[Request], str | None]
    """Where a request goes on; None: it asks for the first page."""
    wait: Mapping[str, str]
    """The header by which it says that it answers again in 90 seconds."""
    beside: Callable[[Request], Answer | None] = _nothing_beside
    """What is asked beside the list itself: tokens, look-ups."""
    known: Mapping[str, Any] = field(default_factory=dict)
    """What an earlier fetch left; only a feed needs one to turn a page."""
    recorded: str
    """The test that reads recorded answers: `module:function`."""

    @property
    def id(self) -> str:
        """The name in the names of tests."""
        return f"{self.name}-{self.form}" if self.form else self.name

    def source(self, base_url: str, word: str, **values: Any) -> Source:
        """Configure a source that asks for one word."""
        credential = {"credential": "main"} if self.credential else {}
        return source_at(base_url, self.name, **(credential | dict(self.settings(word)) | values))


def _token_beside(request: Request) -> Answer | None:
    return reddit_answers.TOKEN if request.path.endswith("/api/v1/access_token") else None


def _looked_up_beside(request: Request) -> Answer | None:
    return replay_youtube.listing([]) if request.path.endswith("/videos") else None


def _below(request: Request) -> str | None:
    """Hacker News knows no cursor: each page is asked for by what it is older than."""
    found = re.search(r"created_at_i<([0-9]+)", request.query["numericFilters"])
    bound = found[1] if found else ""
    return None if int(bound) == int(NOW.timestamp()) else bound


def _hits(items: Sequence[Any], cursor: str | None) -> Answer:
    return replay_hackernews.page(list(items), len(items) + 1 if cursor else None)


def _atom_page(items: Sequence[Any], cursor: str | None) -> Answer:
    link = f"<link rel='next' href='?page={cursor}'/>" if cursor else ""
    return Answer(body=atom(*items, head=link), headers={"Content-Type": "application/atom+xml"})


def _json_page(items: Sequence[Any], cursor: str | None) -> Answer:
    more = {"next_url": f"?page={cursor}"} if cursor else {}
    return Answer(body=json_feed(*items, **more), headers={"Content-Type": "application/feed+json"})


def _entry(number: int, text: str) -> str:
    moment = f"{NOW - timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"
    return f"<id>e{number}</id><title>{text}</title><published>{moment}</published>"


def _json_item(number: int, text: str) -> dict[str, Any]:
    moment = f"{NOW - timedelta(minutes=number):%Y-%m-%dT%H:%M:%SZ}"
    return {"id": f"e{number}", "content_text": text, "date_published": moment}


_FETCHED_BEFORE = Memory(
    fetched_at=NOW - timedelta(hours=1),
    seen=remember(["an entry that is gone"]),
    etag=None,
    last_modified=None,
    moved_to=None,
    articles=Articles(known={}),
).to_validators()

PLATFORMS = (
    Platform(
        name="bluesky",
        settings=lambda word: {"query": word},
        item=lambda number, text: bluesky_answers.post(number, record={"text": text}),
        broken={"uri": "at://1"},
        page=bluesky_answers.page,
        cursor=lambda request: request.query.get("cursor"),
        wait={"RateLimit-Reset": _EPOCH},
        recorded="test_bluesky_recorded:test_each_recorded_post_arrives_exactly_once",
    ),
    Platform(
        name="feed",
        form="xml",
        settings=lambda word: {"urls": [f"{_HOST}/{word}.xml"]},
        stream="http",
        item=_entry,
        broken=None,
        page=_atom_page,
        cursor=lambda request: request.query.get("page"),
        wait={"Retry-After": str(WAIT_S)},
        known=_FETCHED_BEFORE,
        recorded="test_feeds_recordings:test_each_entry_of_every_recorded_feed_arrives_once",
    ),
    Platform(
        name="feed",
        form="json",
        settings=lambda word: {"urls": [f"{_HOST}/{word}.json"]},
        stream="http",
        item=_json_item,
        broken="no object",
        page=_json_page,
        cursor=lambda request: request.query.get("page"),
        wait={"Retry-After": str(WAIT_S)},
        known=_FETCHED_BEFORE,
        recorded="test_feeds_recordings:test_each_entry_of_every_recorded_feed_arrives_once",
    ),
    Platform(
        name="hackernews",
        settings=lambda word: {"query": word},
        item=lambda number, text: replay_hackernews.comment(number, comment_text=text),
        broken={"objectID": None},
        page=_hits,
        cursor=_below,
        wait={"Retry-After": str(WAIT_S)},
        recorded="test_hackernews:test_each_recorded_story_arrives_exactly_once",
    ),
    Platform(
        name="mastodon",
        settings=lambda word: {"query": f"#{word}"},
        stream="tag:",
        item=lambda number, text: mastodon_answers.status(number, content=f"<p>{text}</p>"),
        broken={"id": "1"},
        page=mastodon_answers.page,
        cursor=lambda request: request.query.get("max_id"),
        wait={"X-RateLimit-Reset": f"{_UNTIL:%Y-%m-%dT%H:%M:%S.%fZ}"},
        recorded="test_mastodon_recorded:test_each_recorded_status_arrives_exactly_once",
    ),
    Platform(
        name="reddit",
        settings=lambda word: {"subreddits": [word]},
        stream="comments:",
        credential=APP,
        item=lambda number, text: reddit_answers.comment(number, body=text),
        broken={"kind": "t1", "data": {"id": "x"}},
        page=reddit_answers.listing,
        cursor=lambda request: request.query.get("after"),
        wait={"x-ratelimit-reset": str(WAIT_S)},
        beside=_token_beside,
        recorded="test_reddit_recorded:test_each_recorded_post_and_comment_arrives_exactly_once",
    ),
    Platform(
        name="x",
        settings=lambda word: {"query": word},
        credential=x_answers.TOKEN,
        item=lambda number, text: x_answers.post(number, text=text),
        broken={"id": "3"},
        page=x_answers.answer,
        cursor=lambda request: request.query.get("next_token"),
        wait={"x-rate-limit-reset": _EPOCH},
        recorded="test_x_recorded:test_each_recorded_post_arrives_exactly_once",
    ),
    Platform(
        name="youtube",
        settings=lambda word: {"query": word},
        credential=replay_youtube.CREDENTIAL,
        item=lambda number, text: replay_youtube.result(number, description=text),
        broken={"kind": "youtube#searchResult", "id": {}},
        page=lambda items, cursor: replay_youtube.listing(list(items), cursor),
        cursor=lambda request: request.query.get("pageToken"),
        wait={"Retry-After": str(WAIT_S)},
        beside=_looked_up_beside,
        recorded="test_youtube:test_each_recorded_video_arrives_exactly_once",
    ),
)
